import { isDns1035Label, isDns1123Label, isDns1123Subdomain, isPathSegmentName, type TextRule } from "./text-rules.ts";

/** Checks the name of an object; `prefix` is true for a `generateName`, which may end in a dash. */
export type NameRule = (name: string, prefix: boolean) => readonly string[];

function nameRule(rule: TextRule): NameRule {
  return (name, prefix) => rule(prefix ? maskTrailingDash(name) : name);
}

/** A prefix that ends in a dash is fine: something will be put behind it. */
function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith("-") ? `${name.slice(0, -2)}a` : name;
}

/** The rule of most kinds. */
export const nameIsDnsSubdomain: NameRule = nameRule(isDns1123Subdomain);

/** Namespaces, Services. */
export const nameIsDnsLabel: NameRule = nameRule(isDns1123Label);

/** A label that starts with a letter. */
export const nameIsDns1035Label: NameRule = nameRule(isDns1035Label);

/** RBAC objects: anything that fits into a URL path. */
export const nameIsPathSegment: NameRule = (name, prefix) =>
  prefix ? isPathSegmentName(`${name}x`) : isPathSegmentName(name);
