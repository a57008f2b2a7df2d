import type { Node, Pod, TopologySpreadConstraint } from "@pinnace/api";
import { LabelMatcher, type LabelRequirement, labelMatcher } from "@pinnace/apimachinery";
import { isTolerated, matchesNodeAffinity, type PodInfo } from "@pinnace/scheduler-framework";

export type UnsatisfiableAction = "DoNotSchedule" | "ScheduleAnyway";

/** A constraint with its selector compiled and its defaults filled in. */
export interface SpreadConstraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly selector: LabelMatcher;
  readonly honorsAffinity: boolean;
  readonly honorsTaints: boolean;
}

/** The constraints of one kind; `matchLabelKeys` add the pod's own values to the selector (KEP-3243). */
export function compileConstraints(
  constraints: readonly TopologySpreadConstraint[],
  pod: Pod,
  action: UnsatisfiableAction,
): readonly SpreadConstraint[] {
  return constraints
    .filter((constraint) => constraint.whenUnsatisfiable === action)
    .map((constraint) => ({
      topologyKey: constraint.topologyKey,
      maxSkew: constraint.maxSkew,
      minDomains: constraint.minDomains ?? 1,
      selector: selectorOf(constraint, pod),
      honorsAffinity: constraint.nodeAffinityPolicy !== "Ignore",
      honorsTaints: constraint.nodeTaintsPolicy === "Honor",
    }));
}

function selectorOf({ labelSelector, matchLabelKeys = [] }: TopologySpreadConstraint, pod: Pod): LabelMatcher {
  const selector = labelMatcher(labelSelector as Parameters<typeof labelMatcher>[0]);
  if (labelSelector === undefined) return selector;
  const labels = pod.metadata?.labels ?? {};
  const added = matchLabelKeys
    .filter((key) => labels[key] !== undefined)
    .map((key): LabelRequirement => ({ key, operator: "=", values: [labels[key]!] }));
  return added.length === 0 ? selector : new LabelMatcher([...added, ...selector.requirements]);
}

/** Whether the node has every topology key. */
export function hasAllKeys(node: Node, constraints: readonly SpreadConstraint[]): boolean {
  const labels = node.metadata?.labels;
  return constraints.every(({ topologyKey }) => labels?.[topologyKey] !== undefined);
}

/** Whether the pods of a node count for a constraint (`nodeAffinityPolicy`, `nodeTaintsPolicy`; KEP-3094). */
export function counts(constraint: SpreadConstraint, pod: Pod, node: Node): boolean {
  if (constraint.honorsAffinity && !matchesNodeAffinity(pod, node)) return false;
  if (!constraint.honorsTaints) return true;
  return (node.spec?.taints ?? []).every(
    (taint) => taint.effect === "PreferNoSchedule" || isTolerated(taint, pod.spec?.tolerations),
  );
}

/** Whether an existing pod is one of those that are spread. Terminating pods are not. */
export function isSpread(existing: Pod, selector: LabelMatcher, namespace: string): boolean {
  const { metadata } = existing;
  return (
    metadata?.deletionTimestamp === undefined &&
    metadata?.namespace === namespace &&
    selector.matches(metadata.labels as Readonly<Record<string, string>> | undefined)
  );
}

export function countSpread(pods: readonly PodInfo[], selector: LabelMatcher, namespace: string): number {
  let count = 0;
  for (const { pod } of pods) if (isSpread(pod, selector, namespace)) count += 1;
  return count;
}
