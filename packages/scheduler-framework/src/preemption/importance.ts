import type { Pod } from "@pinnace/api";
import type { PodInfo } from "../contract/node-info.ts";

export const priorityOf = (pod: Pod): number => pod.spec?.priority ?? 0;

/** When a pod started, milliseconds since the epoch; one that has not counts as started now. */
export function startOf(pod: Pod, now: number): number {
  const start = pod.status?.startTime;
  return start === undefined ? now : Date.parse(start);
}

/** Orders pods from the most to the least important: by priority, then the one that runs longer. */
export function byImportance(now: number): (a: PodInfo, b: PodInfo) => number {
  return (a, b) => priorityOf(b.pod) - priorityOf(a.pod) || startOf(a.pod, now) - startOf(b.pod, now);
}
