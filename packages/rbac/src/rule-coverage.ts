import { urlMatches } from "./rule-matching.ts";
import type { PolicyRule } from "./types.ts";

/** The parts of `wanted` that no rule of `held` covers, each with one verb and one resource or path. */
export function uncoveredRules(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): readonly PolicyRule[] {
  return wanted.flatMap(breakDown).filter((part) => !held.some((rule) => covers(rule, part)));
}

/** A rule as the rules for each single right in it. */
function breakDown(rule: PolicyRule): PolicyRule[] {
  const parts: PolicyRule[] = [];
  const names = rule.resourceNames?.length ? rule.resourceNames.map((name) => [name]) : [undefined];
  for (const group of rule.apiGroups ?? [])
    for (const resource of rule.resources ?? [])
      for (const verb of rule.verbs)
        for (const resourceNames of names)
          parts.push({
            apiGroups: [group],
            resources: [resource],
            verbs: [verb],
            ...(resourceNames && { resourceNames }),
          });
  for (const url of rule.nonResourceURLs ?? [])
    for (const verb of rule.verbs) parts.push({ nonResourceURLs: [url], verbs: [verb] });
  return parts;
}

function covers(rule: PolicyRule, part: PolicyRule): boolean {
  const [url] = part.nonResourceURLs ?? [];
  if (!coversValue(rule.verbs, part.verbs[0])) return false;
  if (url !== undefined) return (rule.nonResourceURLs ?? []).some((pattern) => urlMatches(pattern, url));
  const [name] = part.resourceNames ?? [];
  return (
    coversValue(rule.apiGroups, part.apiGroups?.[0]) &&
    coversResource(rule.resources ?? [], part.resources?.[0] ?? "") &&
    (!rule.resourceNames?.length || (name !== undefined && rule.resourceNames.includes(name)))
  );
}

function coversValue(allowed: readonly string[] | undefined, value: string | undefined): boolean {
  return value !== undefined && allowed !== undefined && (allowed.includes("*") || allowed.includes(value));
}

function coversResource(allowed: readonly string[], resource: string): boolean {
  if (coversValue(allowed, resource)) return true;
  const slash = resource.indexOf("/");
  return slash >= 0 && allowed.includes(`*${resource.slice(slash)}`);
}

/** Puts the verbs of rules together that differ in nothing else. Rules about paths stay as they are. */
export function compactRules(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const compact = new Map<string, PolicyRule>();
  for (const rule of rules) {
    const { verbs, ...rest } = rule;
    const key = rule.nonResourceURLs === undefined ? JSON.stringify(rest) : `path ${compact.size}`;
    const known = compact.get(key);
    compact.set(key, known === undefined ? rule : { ...known, verbs: [...new Set([...known.verbs, ...verbs])] });
  }
  return [...compact.values()];
}

const DESCRIBED = ["APIGroups", "Resources", "NonResourceURLs", "ResourceNames", "Verbs"] as const;

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`. */
export function describeRule(rule: PolicyRule): string {
  const values: Readonly<Record<(typeof DESCRIBED)[number], readonly string[] | undefined>> = {
    APIGroups: rule.apiGroups,
    Resources: rule.resources,
    NonResourceURLs: rule.nonResourceURLs,
    ResourceNames: rule.resourceNames,
    Verbs: rule.verbs,
  };
  const parts = DESCRIBED.filter((name) => values[name]?.length).map(
    (name) => `${name}:[${values[name]?.map((value) => JSON.stringify(value)).join(" ")}]`,
  );
  return `{${parts.join(", ")}}`;
}
