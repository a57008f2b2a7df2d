import type { Job, Pod } from "@pinnace/api";
import { timeOf } from "@pinnace/apimachinery";
import { findCondition, isPodFinished, isTerminating } from "@pinnace/controller-runtime";

export const TRACKING_FINALIZER = "batch.kubernetes.io/job-tracking";
export const COMPLETION_INDEX = "batch.kubernetes.io/job-completion-index";
export const INDEX_FAILURES = "batch.kubernetes.io/job-index-failure-count";

export function isIndexed(job: Job): boolean {
  return job.spec?.completionMode === "Indexed";
}

/** Whether a pod is only replaced once it has failed, not as soon as it is being deleted. */
export function replacesOnlyFailed(job: Job): boolean {
  return job.spec?.podReplacementPolicy === "Failed";
}

/** Whether the Job's status has not yet taken account of the pod. */
export function isTracked(pod: Pod): boolean {
  return (pod.metadata?.finalizers ?? []).includes(TRACKING_FINALIZER);
}

export function hasSucceeded(pod: Pod): boolean {
  return pod.status?.phase === "Succeeded";
}

/** Whether the pod counts as failed: it has, or somebody deletes it while it is active. */
export function hasFailed(job: Job, pod: Pod): boolean {
  if (pod.status?.phase === "Failed") return true;
  return !replacesOnlyFailed(job) && isTerminating(pod) && !isPodFinished(pod);
}

export function isActivePod(pod: Pod): boolean {
  return !isPodFinished(pod) && !isTerminating(pod);
}

/** The completion index of a pod; undefined for one without, or beyond what the Job asks for. */
export function indexOf(job: Job, pod: Pod): number | undefined {
  const text = pod.metadata?.annotations?.[COMPLETION_INDEX];
  const index = text === undefined ? Number.NaN : Number(text);
  return Number.isInteger(index) && index >= 0 && index < (job.spec?.completions ?? 0) ? index : undefined;
}

/** When the pod finished, milliseconds since the epoch, by the best witness that there is. */
export function finishedAt(pod: Pod, now: number): number {
  const ends = (pod.status?.containerStatuses ?? []).map(({ state }) => timeOf(state?.terminated?.finishedAt));
  const known = ends.filter((end) => end !== undefined);
  if (known.length > 0) return Math.max(...known);
  const ready = findCondition(pod.status?.conditions, "Ready");
  return timeOf(ready?.lastTransitionTime) ?? timeOf(pod.metadata?.deletionTimestamp) ?? now;
}

/** Restarts of all containers of pods that run or wait, for Jobs that restart in place. */
export function restartsOf(pods: readonly Pod[]): number {
  let restarts = 0;
  for (const { status } of pods) {
    if (status?.phase !== "Running" && status?.phase !== "Pending") continue;
    for (const container of [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])])
      restarts += container.restartCount ?? 0;
  }
  return restarts;
}
