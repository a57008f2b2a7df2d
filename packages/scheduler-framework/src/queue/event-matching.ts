import type { ClusterEvent, ClusterEventWithHint } from "../contract/events.ts";

/** Whether a registration covers an event. `Pod` covers assigned and unscheduled pods; `*` covers everything. */
export function eventMatches(registered: ClusterEventWithHint["event"], { resource, action }: ClusterEvent): boolean {
  const isPod = resource === "AssignedPod" || resource === "UnscheduledPod";
  const covers =
    registered.resource === "*" || registered.resource === resource || (registered.resource === "Pod" && isPod);
  if (!covers) return false;
  if (registered.actions === "*") return true;
  return registered.actions.some((each) => each === action || (each === "Update" && action.startsWith("Update")));
}
