import { JOBS, type Job, type JobStatus, PODS, type Pod } from "@pinnace/api";
import { formatTime, hasReason, semanticEqual } from "@pinnace/apimachinery";
import type { ControllerComponents } from "@pinnace/controller-runtime";
import { formatIndexes } from "./indexes.ts";
import { type JobEnd, withJobCondition } from "./job-conditions.ts";
import { isIndexed, isTracked, TRACKING_FINALIZER } from "./job-pods.ts";
import type { JobTally } from "./plan-job.ts";

/** Writes a Job's status and pods' finalizers so that every pod is counted exactly once (KEP-2307). */
export class JobStatusWriter {
  job: Job;
  readonly #components: ControllerComponents;

  constructor(components: ControllerComponents, job: Job) {
    this.#components = components;
    this.job = job;
  }

  /**
   * Takes account of finished pods in three steps, each of which may be the last before a crash: their uids go into the
   * status, their finalizers are removed, the uids become counts. `removed` is told which finalizers are gone.
   */
  async account(tally: JobTally, pods: readonly Pod[], removed: (pod: Pod) => void): Promise<void> {
    const { uncountedTerminatedPods: before } = this.job.status ?? {};
    const succeeded = [...(before?.succeeded ?? []), ...uids(tally.newSucceeded)];
    const failed = [...(before?.failed ?? []), ...uids(tally.newFailed)];
    if (tally.newSucceeded.length + tally.newFailed.length > 0)
      await this.update({
        ...this.job.status,
        uncountedTerminatedPods: {
          ...(succeeded.length === 0 ? {} : { succeeded }),
          ...(failed.length === 0 ? {} : { failed }),
        },
      });
    const accounted = new Set([...succeeded, ...failed, ...uids(tally.ignored)]);
    await Promise.all(
      pods
        .filter((pod) => accounted.has(pod.metadata?.uid ?? "") && isTracked(pod))
        .map(async (pod) => {
          await removeTracking(this.#components, pod);
          removed(pod);
        }),
    );
  }

  /** The status after {@link account}: nothing is uncounted any more. */
  counted(tally: JobTally): JobStatus {
    const { uncountedTerminatedPods: before, succeeded: _, failed: __, ...status } = this.job.status ?? {};
    const { active: ___, completedIndexes: ____, failedIndexes: _____, ...kept } = status;
    return {
      ...kept,
      ...(tally.active.length === 0 ? {} : { active: tally.active.length }),
      ...(tally.succeeded === 0 ? {} : { succeeded: tally.succeeded }),
      ...(tally.failed === 0 ? {} : { failed: tally.failed }),
      ...(isIndexed(this.job) && tally.succeededIndexes.size > 0
        ? { completedIndexes: formatIndexes(tally.succeededIndexes) }
        : {}),
      ...(this.job.spec?.backoffLimitPerIndex === undefined
        ? {}
        : { failedIndexes: formatIndexes(tally.failedIndexes) }),
      ready: tally.ready,
      terminating: tally.terminating,
      uncountedTerminatedPods: {},
    };
  }

  /** Writes the status if it differs. */
  async update(status: JobStatus): Promise<boolean> {
    const present = this.job.status;
    const settled =
      semanticEqual(status, present) && present?.ready !== undefined && present.uncountedTerminatedPods !== undefined;
    if (settled) return false;
    const jobs = this.#components.client.resource(JOBS).namespace(this.job.metadata?.namespace ?? "");
    this.job = await jobs.updateStatus({ ...this.job, status });
    return true;
  }

  /** The conditions of a Job that has come to its end; it says so only when no pod is left. */
  ended(status: JobStatus, end: JobEnd, isOver: boolean, now: number): JobStatus {
    const announced = withJobCondition(status.conditions, end.type, "True", end, now);
    if (!isOver) return { ...status, conditions: announced };
    const type = end.type === "FailureTarget" ? "Failed" : "Complete";
    const conditions = withJobCondition(announced, type, "True", end, now);
    return { ...status, conditions, ...(type === "Complete" ? { completionTime: formatTime(now) } : {}) };
  }
}

/** Removes the tracking finalizer from a pod; one that is gone needs nothing. */
export async function removeTracking({ client }: ControllerComponents, pod: Pod): Promise<void> {
  const { name = "", namespace = "", uid } = pod.metadata ?? {};
  const body = { metadata: { uid, "$deleteFromPrimitiveList/finalizers": [TRACKING_FINALIZER] } };
  try {
    await client.resource(PODS).namespace(namespace).patch(name, { type: "strategic", body });
  } catch (error) {
    if (!hasReason(error, "NotFound")) throw error;
  }
}

function uids(pods: readonly Pod[]): readonly string[] {
  return pods.map((pod) => pod.metadata?.uid ?? "");
}
