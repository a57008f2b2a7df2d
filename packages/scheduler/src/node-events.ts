import type { Node, Pod } from "@pinnace/api";
import { deepEqual } from "@pinnace/apimachinery";
import { type ClusterEvent, type EventAction, podRequests, type Resources } from "@pinnace/scheduler-framework";

const differ = (a: unknown, b: unknown): boolean => !deepEqual(a, b);

/** How a node changed, as far as scheduling may care. */
export function nodeEvents(before: Node, after: Node): readonly ClusterEvent[] {
  const actions: EventAction[] = [];
  if (differ(before.status?.allocatable, after.status?.allocatable)) actions.push("UpdateNodeAllocatable");
  if (differ(before.metadata?.labels, after.metadata?.labels)) actions.push("UpdateNodeLabel");
  const unschedulable = before.spec?.unschedulable !== after.spec?.unschedulable;
  if (unschedulable || differ(before.spec?.taints, after.spec?.taints)) actions.push("UpdateNodeTaint");
  if (differ(conditionsOf(before), conditionsOf(after))) actions.push("UpdateNodeCondition");
  if (differ(before.metadata?.annotations, after.metadata?.annotations)) actions.push("UpdateNodeAnnotation");
  if (differ(before.status?.declaredFeatures, after.status?.declaredFeatures))
    actions.push("UpdateNodeDeclaredFeature");
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
  if (differ(resourcesOf(before), resourcesOf(after)) && isLess(podRequests(after), podRequests(before))) {
    actions.push("UpdatePodScaleDown");
  }
  if (actions.length === 0) actions.push("Update");
  return actions.map((action) => ({ resource, action }));
}

/** What a pod's requests are computed from, as far as it can change. */
const resourcesOf = ({ spec, status }: Pod): unknown => [
  spec?.containers.map(({ resources }) => resources?.requests),
  spec?.resources?.requests,
  status?.containerStatuses?.map(({ allocatedResources, resources }) => [allocatedResources, resources?.requests]),
];

/** Whether any amount has shrunk. */
function isLess(now: Resources, before: Resources): boolean {
  return (
    now.milliCpu < before.milliCpu ||
    now.memory < before.memory ||
    now.ephemeralStorage < before.ephemeralStorage ||
    [...before.scalar].some(([name, amount]) => (now.scalar.get(name) ?? 0) < amount)
  );
}
