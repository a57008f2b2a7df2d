import type { ResourceQuota } from "@pinnace/api";
import type { Draft } from "@pinnace/apimachinery";

interface ScopeRequirement {
  readonly scopeName: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** Whether an object is within the scopes of a quota. Only pods have scopes; a quota with any counts nothing else. */
export function isInScope(quota: ResourceQuota, resource: string, object: Draft): boolean {
  const { scopes = [], scopeSelector } = quota.spec ?? {};
  const requirements: readonly ScopeRequirement[] = [
    ...scopes.map((scopeName) => ({ scopeName, operator: "Exists" })),
    ...((scopeSelector?.matchExpressions ?? []) as readonly ScopeRequirement[]),
  ];
  if (requirements.length === 0) return true;
  return resource === "pods" && requirements.every((requirement) => podMatches(requirement, object.spec));
}

function podMatches({ scopeName, operator, values = [] }: ScopeRequirement, spec: Draft): boolean {
  switch (scopeName) {
    case "Terminating":
      return isTerminating(spec);
    case "NotTerminating":
      return !isTerminating(spec);
    case "BestEffort":
      return isBestEffort(spec);
    case "NotBestEffort":
      return !isBestEffort(spec);
    case "CrossNamespacePodAffinity":
      return usesOtherNamespaces(spec);
    case "PriorityClass":
      return matchesValue(operator, values, spec.priorityClassName ?? "");
    default:
      return false;
  }
}

function isTerminating({ activeDeadlineSeconds }: Draft): boolean {
  return activeDeadlineSeconds !== undefined && activeDeadlineSeconds >= 0;
}

function isBestEffort(spec: Draft): boolean {
  const asks = (quantities: Draft): boolean =>
    ["cpu", "memory"].some((name) => quantities?.[name] !== undefined && quantities[name] !== "0");
  return ![...(spec.containers ?? []), ...(spec.initContainers ?? [])].some(
    ({ resources }) => asks(resources?.requests) || asks(resources?.limits),
  );
}

function matchesValue(operator: string, values: readonly string[], value: string): boolean {
  switch (operator) {
    case "In":
      return values.includes(value);
    case "NotIn":
      return !values.includes(value);
    case "Exists":
      return value !== "";
    default:
      return value === "";
  }
}

function usesOtherNamespaces({ affinity }: Draft): boolean {
  const terms = [affinity?.podAffinity, affinity?.podAntiAffinity].flatMap((rules) => [
    ...(rules?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(rules?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((term: Draft) => term.podAffinityTerm),
  ]);
  return terms.some((term) => term?.namespaces?.length || term?.namespaceSelector);
}
