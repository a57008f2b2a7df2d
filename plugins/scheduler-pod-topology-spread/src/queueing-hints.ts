import type { Node, Pod } from "@pinnace/api";
import type { QueueingHintFunction } from "@pinnace/scheduler-framework";
import { hasAllKeys, type SpreadConstraint } from "./constraint.ts";

type ConstraintsOf = (pod: Pod) => readonly SpreadConstraint[];
type Labels = Readonly<Record<string, string>> | undefined;

/** A pod of the namespace came, went or was relabelled such that the count of a constraint changes. */
export function afterPodChange(constraintsOf: ConstraintsOf): QueueingHintFunction {
  return ({ pod }, before, after) => {
    const constraints = constraintsOf(pod);
    if ((after ?? before)?.metadata?.namespace !== pod.metadata?.namespace) return "QueueSkip";
    const matches = (object: typeof before, { selector }: SpreadConstraint): boolean =>
      object !== undefined && selector.matches(object.metadata?.labels as Labels);
    return constraints.some((each) => matches(before, each) !== matches(after, each)) ? "Queue" : "QueueSkip";
  };
}

/** A node with all topology keys came or went, or moved to another domain. */
export function afterNodeChange(constraintsOf: ConstraintsOf): QueueingHintFunction {
  return ({ pod }, before, after) => {
    const constraints = constraintsOf(pod);
    const had = before !== undefined && hasAllKeys(before as Node, constraints);
    const has = after !== undefined && hasAllKeys(after as Node, constraints);
    if (had !== has) return "Queue";
    if (!has) return "QueueSkip";
    const taints = (node: Node): string => JSON.stringify(node.spec?.taints ?? []);
    const moved = constraints.some(
      ({ topologyKey }) => before?.metadata?.labels?.[topologyKey] !== after?.metadata?.labels?.[topologyKey],
    );
    return moved || taints(before as Node) !== taints(after as Node) ? "Queue" : "QueueSkip";
  };
}
