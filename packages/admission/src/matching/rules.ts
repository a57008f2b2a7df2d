import { isNamespaces, type Target } from "./target.ts";

/** A rule of a webhook or policy (admissionregistration/v1 RuleWithOperations, NamedRuleWithOperations). */
export interface OperationRule {
  readonly operations?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly apiVersions?: readonly string[];
  readonly resources?: readonly string[];
  readonly scope?: string;
  /** Policies only; none: every name. */
  readonly resourceNames?: readonly string[];
}

/** Whether a rule is about a request. */
export function ruleMatches(rule: OperationRule, target: Target): boolean {
  return (
    inScope(rule.scope, target) &&
    listed(rule.operations, target.operation) &&
    listed(rule.apiGroups, target.group) &&
    listed(rule.apiVersions, target.version) &&
    (rule.resources ?? []).some((pattern) => resourceMatches(pattern, target)) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(target.name))
  );
}

function listed(values: readonly string[] = [], wanted: string): boolean {
  return values.includes("*") || values.includes(wanted);
}

/** `pods`, `pods/status`, `*`, `pods/*`: a pattern without a slash means no subresource. */
function resourceMatches(pattern: string, { resource, subresource }: Target): boolean {
  const slash = pattern.indexOf("/");
  const [wanted, wantedSub] = slash < 0 ? [pattern, ""] : [pattern.slice(0, slash), pattern.slice(slash + 1)];
  return (wanted === "*" || wanted === resource) && (wantedSub === "*" || wantedSub === subresource);
}

/** Namespaces themselves are cluster-scoped. */
function inScope(scope: string | undefined, target: Target): boolean {
  if (scope === undefined || scope === "*") return true;
  const inCluster = isNamespaces(target) || target.namespace === "";
  return scope === "Cluster" ? inCluster : scope === "Namespaced" && !inCluster;
}
