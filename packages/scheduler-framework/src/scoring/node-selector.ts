import type { Node, NodeSelectorTerm, Pod } from "@pinnace/api";

type Requirement = NonNullable<NodeSelectorTerm["matchExpressions"]>[number];

function matchesRequirement({ operator, values = [] }: Requirement, actual: string | undefined): boolean {
  switch (operator) {
    case "In":
      return actual !== undefined && values.includes(actual);
    case "NotIn":
      return actual === undefined || !values.includes(actual);
    case "Exists":
      return actual !== undefined;
    case "DoesNotExist":
      return actual === undefined;
    default:
      return comparesRequirement(operator, values[0], actual);
  }
}

function comparesRequirement(operator: string, value: string | undefined, actual: string | undefined): boolean {
  const integer = /^[+-]?\d+$/;
  if (actual === undefined || !integer.test(actual) || !integer.test(value ?? "")) return false;
  return operator === "Gt" ? BigInt(actual) > BigInt(value!) : operator === "Lt" && BigInt(actual) < BigInt(value!);
}

/** Whether a node matches a term: all its expressions over labels and fields. An empty term matches nothing. */
export function matchesTerm(node: Node, { matchExpressions = [], matchFields = [] }: NodeSelectorTerm): boolean {
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  const labels = node.metadata?.labels ?? {};
  const fields: Readonly<Record<string, string | undefined>> = { "metadata.name": node.metadata?.name };
  return (
    matchExpressions.every((each) => matchesRequirement(each, labels[each.key])) &&
    matchFields.every((each) => matchesRequirement(each, fields[each.key]))
  );
}

/** Whether a node satisfies `nodeSelector` and the required node affinity of a pod. */
export function matchesNodeAffinity(pod: Pod, node: Node): boolean {
  const labels = node.metadata?.labels ?? {};
  for (const [key, value] of Object.entries(pod.spec?.nodeSelector ?? {})) if (labels[key] !== value) return false;
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || required.nodeSelectorTerms.some((term) => matchesTerm(node, term));
}
