import { quoteGo } from "@pinnace/apimachinery";
import { declare, type FunctionDeclaration, member, overload } from "../../check/declarations.ts";
import { BOOL, type CelType, INT, objectType, STRING } from "../../types/cel-type.ts";
import { NO_SUCH_OVERLOAD } from "../../values/compare.ts";
import { MAX_UINT } from "../../values/numbers.ts";
import { CelError, type CelValue, OpaqueValue } from "../../values/value.ts";

const SEMVER: CelType = objectType("kubernetes.Semver");

/** A version of semver.org 2.0.0; what is built in does not count when versions are compared. */
interface Version {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly pre: readonly (bigint | string)[];
}

/** `semver("1.2.3")`. */
class SemverValue extends OpaqueValue {
  readonly type: CelType = SEMVER;
  readonly version: Version;

  constructor(version: Version) {
    super();
    this.version = version;
  }

  equals(other: CelValue): boolean | CelError {
    return other instanceof SemverValue ? compareVersions(this.version, other.version) === 0 : NO_SUCH_OVERLOAD;
  }
}

function compareVersions(a: Version, b: Version): number {
  for (const part of ["major", "minor", "patch"] as const) if (a[part] !== b[part]) return a[part] < b[part] ? -1 : 1;
  if (a.pre.length === 0 || b.pre.length === 0) return Math.sign(b.pre.length - a.pre.length);
  for (const [index, own] of a.pre.entries()) {
    const other = b.pre[index];
    if (other === undefined) return 1;
    if (own === other) continue;
    if (typeof own !== typeof other) return typeof own === "bigint" ? -1 : 1;
    return own < other ? -1 : 1;
  }
  return a.pre.length < b.pre.length ? -1 : 0;
}

class VersionFlaw extends Error {}

function numberOf(text: string, what: string): bigint {
  if (!/^[0-9]*$/.test(text))
    throw new VersionFlaw(`Invalid character(s) found in ${what.toLowerCase()} number ${quoteGo(text)}`);
  if (/^0[0-9]/.test(text)) throw new VersionFlaw(`${what} number must not contain leading zeroes ${quoteGo(text)}`);
  if (text === "") throw new VersionFlaw('strconv.ParseUint: parsing "": invalid syntax');
  if (BigInt(text) > MAX_UINT) throw new VersionFlaw(`strconv.ParseUint: parsing ${quoteGo(text)}: value out of range`);
  return BigInt(text);
}

function prerelease(text: string): bigint | string {
  if (text === "") throw new VersionFlaw("Prerelease is empty");
  if (/^[0-9]+$/.test(text)) {
    if (/^0[0-9]/.test(text)) {
      throw new VersionFlaw(`Numeric PreRelease version must not contain leading zeroes ${quoteGo(text)}`);
    }
    return BigInt(text);
  }
  if (!/^[0-9A-Za-z-]+$/.test(text)) throw new VersionFlaw(`Invalid character(s) found in prerelease ${quoteGo(text)}`);
  return text;
}

function checkBuild(text: string): void {
  if (text === "") throw new VersionFlaw("Build meta data is empty");
  if (!/^[0-9A-Za-z-]+$/.test(text)) {
    throw new VersionFlaw(`Invalid character(s) found in build meta data ${quoteGo(text)}`);
  }
}

/** The text cut at the first separator; undefined behind it when there is none. */
function cut(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function read(text: string): Version {
  if (text === "") throw new VersionFlaw("Version string empty");
  const [majorText, afterMajor] = cut(text, ".");
  const [minorText, rest] = cut(afterMajor ?? "", ".");
  if (rest === undefined) throw new VersionFlaw("No Major.Minor.Patch elements found");
  const major = numberOf(majorText, "Major");
  const minor = numberOf(minorText, "Minor");
  const [beforeBuild, build] = cut(rest, "+");
  const [patchText, pre] = cut(beforeBuild, "-");
  const patch = numberOf(patchText, "Patch");
  const parts = pre === undefined ? [] : pre.split(".").map(prerelease);
  if (build !== undefined) for (const part of build.split(".")) checkBuild(part);
  return { major, minor, patch, pre: parts };
}

/** Accepts `v1.2` and `01.2.3`, too. */
function normalized(text: string): string {
  const pieces = text.replace(/^v/, "").split(".");
  const parts = [...pieces.slice(0, 2), ...(pieces.length > 2 ? [pieces.slice(2).join(".")] : [])];
  const clean = parts.map((part) => {
    if (part.length <= 1) return part;
    const stripped = part.replace(/^0+/, "");
    return /^[0-9]/.test(stripped) ? stripped : `0${stripped}`;
  });
  if (clean.length < 3 && /[+-]/.test(clean.at(-1) as string)) {
    throw new VersionFlaw("short version cannot contain PreRelease/Build meta data");
  }
  while (clean.length < 3) clean.push("0");
  return clean.join(".");
}

/** The version in a text, or the error that it is none. */
export function parseSemver(text: string, normalize = false): SemverValue | CelError {
  try {
    return new SemverValue(read(normalize ? normalized(text) : text));
  } catch (error) {
    if (error instanceof VersionFlaw) return new CelError(error.message);
    throw error;
  }
}

const of = (value: CelValue | undefined): Version => (value as SemverValue).version;
const isOne = (text: CelValue | undefined, normalize?: boolean): boolean =>
  parseSemver(text as string, normalize) instanceof SemverValue;

/** Versions. */
export const VERSIONS: readonly FunctionDeclaration[] = [
  declare("semver", [
    overload("string_to_semver", [STRING], SEMVER, (text) => parseSemver(text as string)),
    overload("string_bool_to_semver", [STRING, BOOL], SEMVER, (text, normalize) =>
      parseSemver(text as string, normalize as boolean),
    ),
  ]),
  declare("isSemver", [
    overload("is_semver_string", [STRING], BOOL, (text) => isOne(text)),
    overload("is_semver_string_bool", [STRING, BOOL], BOOL, (text, normalize) => isOne(text, normalize as boolean)),
  ]),
  declare("isGreaterThan", [
    member("semver_is_greater_than", [SEMVER, SEMVER], BOOL, (a, b) => compareVersions(of(a), of(b)) > 0),
  ]),
  declare("isLessThan", [
    member("semver_is_less_than", [SEMVER, SEMVER], BOOL, (a, b) => compareVersions(of(a), of(b)) < 0),
  ]),
  declare("compareTo", [
    member("semver_compare_to", [SEMVER, SEMVER], INT, (a, b) => BigInt(compareVersions(of(a), of(b)))),
  ]),
  ...(["major", "minor", "patch"] as const).map((part) =>
    declare(part, [member(`semver_${part}`, [SEMVER], INT, (version) => of(version)[part])]),
  ),
];
