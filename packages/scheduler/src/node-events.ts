import type { Node, Pod } from "@pinnace/api";
import type { ClusterEvent, EventAction } from "@pinnace/scheduler-framework";

const differ = (a: unknown, b: unknown): boolean => a !== b && JSON.stringify(a) !== JSON.stringify(b);

/** How a node changed, as far as scheduling may care. */
export function nodeEvents(before: Node, after: Node): readonly ClusterEvent[] {
  const actions: EventAction[] = [];
  if (differ(before.status?.allocatable, after.status?.allocatable)) actions.push("UpdateNodeAllocatable");
  if (differ(before.metadata?.labels, after.metadata?.labels)) actions.push("UpdateNodeLabel");
  const unschedulable = before.spec?.unschedulable !== after.spec?.unschedulable;
  if (unschedulable || differ(before.spec?.taints, after.spec?.taints)) actions.push("UpdateNodeTaint");
  if (differ(conditionsOf(before), conditionsOf(after))) actions.push("UpdateNodeCondition");
  if (differ(before.metadata?.annotations, after.metadata?.annotations)) actions.push("UpdateNodeAnnotation");
  return actions.map((action) => ({ resource: "Node", action }));
}

/** Heartbeats change times only; they are no event. */
const conditionsOf = (node: Node): unknown => node.status?.conditions?.map(({ type, status }) => [type, status]);

/** How a pod changed. `resource` says whether it has a node. */
export function podEvents(
  before: Pod,
  after: Pod,
  resource: "AssignedPod" | "UnscheduledPod",
): readonly ClusterEvent[] {
  const actions: EventAction[] = [];
  if (differ(before.metadata?.labels, after.metadata?.labels)) actions.push("UpdatePodLabel");
  if (differ(before.spec?.tolerations, after.spec?.tolerations)) actions.push("UpdatePodTolerations");
  const gates = (pod: Pod): number => pod.spec?.schedulingGates?.length ?? 0;
  if (gates(before) > 0 && gates(after) === 0) actions.push("UpdatePodSchedulingGatesEliminated");
  if (differ(before.spec?.containers.map(requestsOf), after.spec?.containers.map(requestsOf))) {
    actions.push("UpdatePodScaleDown");
  }
  if (actions.length === 0 && differ(before.spec, after.spec)) actions.push("Update");
  return actions.map((action) => ({ resource, action }));
}

const requestsOf = (container: { readonly resources?: { readonly requests?: unknown } }): unknown =>
  container.resources?.requests;
