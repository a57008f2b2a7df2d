import type { Pod } from "@pinnace/api";
import { timeOf } from "@pinnace/apimachinery";
import { findCondition } from "@pinnace/controller-runtime";
import type { PodMetric, PodMetrics } from "./metrics-client.ts";

/** Milliseconds after the start in which a pod's CPU usage counts only while it is ready (upstream: 5 minutes). */
const CPU_INITIALIZATION_PERIOD = 300_000;
/** Milliseconds after the start in which a change to not ready means that it was never ready (upstream: 30 seconds). */
const INITIAL_READINESS_DELAY = 30_000;

/** How pods count in a calculation, by name. */
interface PodGroups {
  readonly ready: number;
  /** Not counted when the target is to shrink; without usage when it is to grow. */
  readonly unready: readonly string[];
  readonly missing: readonly string[];
  /** Failed or on their way out: as if they were not there. */
  readonly ignored: readonly string[];
}

/** Sorts the pods of a target. `now` in milliseconds since the epoch. */
export function groupPods(pods: readonly Pod[], metrics: PodMetrics, resource: string, now: number): PodGroups {
  const unready: string[] = [];
  const missing: string[] = [];
  const ignored: string[] = [];
  let ready = 0;
  for (const pod of pods) {
    const name = pod.metadata?.name ?? "";
    const metric = metrics.get(name);
    if (pod.metadata?.deletionTimestamp !== undefined || pod.status?.phase === "Failed") ignored.push(name);
    else if (pod.status?.phase === "Pending") unready.push(name);
    else if (metric === undefined) missing.push(name);
    else if (resource === "cpu" && isWarmingUp(pod, metric, now)) unready.push(name);
    else ready++;
  }
  return { ready, unready, missing, ignored };
}

/** Whether the CPU that a pod uses says more about its start than about its load. */
function isWarmingUp({ status }: Pod, metric: PodMetric, now: number): boolean {
  const condition = findCondition(status?.conditions, "Ready");
  const started = timeOf(status?.startTime);
  if (condition === undefined || started === undefined) return true;
  const changed = timeOf(condition.lastTransitionTime) ?? 0;
  const unready = condition.status === "False";
  if (started + CPU_INITIALIZATION_PERIOD > now) return unready || metric.timestamp < changed + metric.window;
  return unready && started + INITIAL_READINESS_DELAY > changed;
}
