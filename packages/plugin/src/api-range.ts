import { satisfies } from "semver";

const NUMBER = "(0|[1-9]\\d{0,8})";
const VERSION = new RegExp(`^${NUMBER}\\.${NUMBER}\\.${NUMBER}$`);

/**
 * Whether a semver range takes a version. Nearly all ranges are a caret and a released version, which are compared
 * without the parser of ranges: that costs more than all else when a registry is made for the first time.
 */
export function takesVersion(range: string, version: string): boolean {
  const wanted = range.startsWith("^") ? VERSION.exec(range.slice(1)) : null;
  const given = VERSION.exec(version);
  if (wanted === null || given === null || wanted[1] === "0") return satisfies(version, range);
  const [major, minor, patch] = [1, 2, 3].map((at) => Number(given[at]) - Number(wanted[at])) as [
    number,
    number,
    number,
  ];
  return major === 0 && (minor > 0 || (minor === 0 && patch >= 0));
}
