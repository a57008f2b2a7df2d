import type { AuthorizationAttributes } from "./contract.ts";
import type { PolicyRule } from "./types.ts";

/** Whether one rule permits a request. */
export function ruleAllows(rule: PolicyRule, request: AuthorizationAttributes): boolean {
  if (!has(rule.verbs, request.verb)) return false;
  if (!request.resourceRequest) return (rule.nonResourceURLs ?? []).some((url) => urlMatches(url, request.path));
  return (
    has(rule.apiGroups, request.group) &&
    (rule.resources ?? []).some((resource) => resourceMatches(resource, request)) &&
    nameMatches(rule.resourceNames, request.name)
  );
}

function has(allowed: readonly string[] | undefined, value: string): boolean {
  return allowed !== undefined && (allowed.includes(value) || allowed.includes("*"));
}

/** `*`, `pods`, `pods/log`, or a subresource of anything: `*` + `/scale`. */
function resourceMatches(allowed: string, { resource, subresource }: AuthorizationAttributes): boolean {
  if (allowed === "*") return true;
  if (subresource === "") return allowed === resource;
  return allowed === `${resource}/${subresource}` || allowed === `*/${subresource}`;
}

/** A rule with names does not match a request without one (create, list, deletecollection). */
function nameMatches(names: readonly string[] | undefined, name: string): boolean {
  return names === undefined || names.length === 0 || names.includes(name);
}

/** `*`, `/healthz`, or a prefix with a star at its end. */
export function urlMatches(pattern: string, path: string): boolean {
  if (pattern === "*" || pattern === path) return true;
  return pattern.endsWith("*") && path.startsWith(pattern.replace(/\*+$/, ""));
}
