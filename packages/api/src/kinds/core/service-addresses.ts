import type { Draft, FieldError } from "@pinnace/apimachinery";
import { duplicate, fieldPath, invalidValue, notSupported, parseIp, required } from "@pinnace/apimachinery";
import { legacyIp } from "../rules/text.ts";
import { isHeadless } from "./service-defaults.ts";

const FAMILIES = ["IPv4", "IPv6"];
const POLICIES = ["PreferDualStack", "RequireDualStack", "SingleStack"];
const IPS = fieldPath("spec", "clusterIPs");
const IP_FAMILIES = fieldPath("spec", "ipFamilies");
const POLICY = fieldPath("spec", "ipFamilyPolicy");

function inStep({ clusterIP = "", clusterIPs = [] }: Draft): FieldError[] {
  if (clusterIP === "") {
    if (clusterIPs.length === 0) return [];
    return [invalidValue(IPS, clusterIPs, "must be empty when `clusterIP` is not specified")];
  }
  if (clusterIPs.length === 0) return [required(IPS)];
  return clusterIPs[0] === clusterIP ? [] : [invalidValue(IPS, clusterIPs, "first value must match `clusterIP`")];
}

function families(list: readonly string[]): FieldError[] {
  return list.flatMap((family, position) => {
    const errors = FAMILIES.includes(family) ? [] : [notSupported(IP_FAMILIES.index(position), family, FAMILIES)];
    if (list.indexOf(family) < position) errors.push(duplicate(IP_FAMILIES.index(position), family));
    return errors;
  });
}

function versionOf(address: string): 4 | 6 | undefined {
  return parseIp(address, { sloppy: true })?.version;
}

/** `clusterIPs`, `ipFamilies` and `ipFamilyPolicy` against each other. */
export function clusterIpErrors(spec: Draft, old: Draft | undefined): FieldError[] {
  if (spec.type === "ExternalName") return [];
  const list: readonly string[] = spec.clusterIPs ?? [];
  const errors = [...inStep(spec), ...families(spec.ipFamilies ?? [])];
  if (spec.ipFamilyPolicy !== undefined && !POLICIES.includes(spec.ipFamilyPolicy)) {
    errors.push(notSupported(POLICY, spec.ipFamilyPolicy, POLICIES));
  }
  const found: FieldError[] = [];
  for (const [position, address] of list.entries()) {
    if (position === 0 && address === "None") {
      if (list.length > 1) found.push(invalidValue(IPS, list, "'None' must be the first and only value"));
    } else legacyIp(old?.clusterIPs)(address, IPS.index(position), found, spec);
  }
  errors.push(...found);
  if (list.length > 2) errors.push(invalidValue(IPS, list, "may only hold up to 2 values"));
  if (found.length > 0) return errors;
  if (list.length > 1 && new Set(list.map(versionOf)).size < 2) {
    errors.push(invalidValue(IPS, list, "may specify no more than one IP for each IP family"));
  }
  return isHeadless(spec) ? errors : [...errors, ...familyMatches(list, spec.ipFamilies ?? [])];
}

function familyMatches(list: readonly string[], families: readonly string[]): FieldError[] {
  return list.slice(0, families.length).flatMap((address, position) => {
    const family = families[position];
    if (!FAMILIES.includes(family ?? "") || `IPv${versionOf(address)}` === family) return [];
    const message = `expected an ${family} value as indicated by \`ipFamilies[${position}]\``;
    return [invalidValue(IPS.index(position), address, message)];
  });
}

const KEPT = "may not change once set";

/** The first address never changes; the second comes and goes with the policy. */
export function clusterIpUpdateErrors(spec: Draft, old: Draft): FieldError[] {
  if (spec.type === "ExternalName" || old.type === "ExternalName") return [];
  return [...addressChanges(spec, old), ...familyChanges(spec, old)];
}

function addressChanges(spec: Draft, old: Draft): FieldError[] {
  if (isHeadless(spec) && isHeadless(old)) return [];
  const after: readonly string[] = spec.clusterIPs ?? [];
  const before: readonly string[] = old.clusterIPs ?? [];
  if (before.length === after.length) {
    return before.flatMap((address, position) =>
      address === after[position] ? [] : [invalidValue(IPS.index(position), after, KEPT)],
    );
  }
  const errors: FieldError[] = [];
  if (after.length === 0) errors.push(invalidValue(IPS.index(0), after, "primary clusterIP can not be unset"));
  else if (before.length > 0 && before[0] !== after[0]) errors.push(invalidValue(IPS.index(0), after, KEPT));
  return [...errors, ...releases(spec, before, after, "clusterIP")];
}

function releases(spec: Draft, before: readonly string[], after: readonly string[], what: string): FieldError[] {
  if (before.length <= after.length || after.length !== 1 || spec.ipFamilyPolicy === "SingleStack") return [];
  const message = `must be set to 'SingleStack' when releasing the secondary ${what}`;
  return [invalidValue(POLICY, spec.ipFamilyPolicy ?? null, message)];
}

function familyChanges(spec: Draft, old: Draft): FieldError[] {
  if (isHeadless(spec) || isHeadless(old)) return [];
  const after: readonly string[] = spec.ipFamilies ?? [];
  const before: readonly string[] = old.ipFamilies ?? [];
  const at = IP_FAMILIES.index(0);
  if (before.length === after.length) {
    return before.flatMap((family, position) => (family === after[position] ? [] : [invalidValue(at, after, KEPT)]));
  }
  const errors: FieldError[] = [];
  if (before.length > after.length && !spec.clusterIPs?.length) {
    errors.push(invalidValue(at, after, "primary ipFamily can not be unset"));
  }
  if (before.length > 0 && after.length > 0 && before[0] !== after[0]) {
    errors.push(invalidValue(at, spec.clusterIPs ?? [], KEPT));
  }
  return [...errors, ...releases(spec, before, after, "ipFamily")];
}
