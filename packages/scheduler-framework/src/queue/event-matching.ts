import type { ClusterEvent, ClusterEventWithHint } from "../contract/events.ts";

/**
 * Whether a registration covers an event. `Pod` covers assigned and unscheduled pods; `*` covers everything. That a pod came
 * which has no node yet helps none but those that say so themselves: others wait for room, and it takes some.
 */
export function eventMatches(registered: ClusterEventWithHint["event"], { resource, action }: ClusterEvent): boolean {
  if (resource === "UnscheduledPod" && action === "Add" && registered.resource !== resource) return false;
  const isPod = resource === "AssignedPod" || resource === "UnscheduledPod";
  const covers =
    registered.resource === "*" || registered.resource === resource || (registered.resource === "Pod" && isPod);
  if (!covers) return false;
  if (registered.actions === "*") return true;
  return registered.actions.some((each) => each === action || (each === "Update" && action.startsWith("Update")));
}
