import { JOBS, type Job, type JobStatus, PODS, type Pod } from "@pinnace/api";
import { formatTime, hasReason, labelMatcher, objectKey, timeOf } from "@pinnace/apimachinery";
import type { CacheEvent, Informer } from "@pinnace/client";
import {
  type ControllerComponents,
  type ControllerDefinition,
  claim,
  controllerKey,
  controllerOf,
  Expectations,
  isTerminating,
  type ReconcileResult,
  watchOf,
} from "@pinnace/controller-runtime";
import { messageOf } from "@pinnace/errors";
import { slowStartBatches } from "../replicaset/plan-replicas.ts";
import { isNamespaceTerminating } from "../replicaset/replica-controller.ts";
import { isJobFinished, isSuspended, type JobEnd, withJobCondition } from "./job-conditions.ts";
import { finishedAt, indexOf, isTracked } from "./job-pods.ts";
import { JobStatusWriter, removeTracking } from "./job-sync.ts";
import { jobPod } from "./job-template.ts";
import { indexFailures, type JobTally, type PodPlan, planEnd, planPods, tallyPods } from "./plan-job.ts";

/** Keys of pods that track a Job which is not there any more. */
const ORPHAN = "orphan:";
const BACKOFF_BASE = 10_000;
const BACKOFF_MAX = 600_000;
const JOB_CONTROLLER = "kubernetes.io/job-controller";

interface Backoff {
  readonly failures: number;
  readonly last: number;
}

/** Runs the pods of Jobs to completion. */
export class JobController implements ControllerDefinition {
  readonly concurrency = 5;
  readonly watches: ControllerDefinition["watches"];
  readonly #components: ControllerComponents;
  readonly #jobs: Informer<Job>;
  readonly #pods: Informer<Pod>;
  readonly #expectations: Expectations;
  /** Pods whose finalizer was removed, until the cache shows it: they must not be counted twice. */
  readonly #untracked = new Set<string>();
  readonly #backoffs = new Map<string, Backoff>();

  constructor(components: ControllerComponents) {
    this.#components = components;
    this.#jobs = components.informers.informer(JOBS);
    this.#pods = components.informers.informer(PODS);
    this.#expectations = new Expectations(components.clock);
    this.watches = [watchOf(this.#jobs), watchOf(this.#pods, (event) => this.#podKeys(event))];
  }

  async reconcile(key: string): Promise<ReconcileResult | undefined> {
    if (key.startsWith(ORPHAN)) return this.#releaseOrphan(key.slice(ORPHAN.length));
    const job = this.#jobs.lister.get(key);
    if (job === undefined || isJobFinished(job)) {
      this.#expectations.forget(key);
      this.#backoffs.delete(key);
      return undefined;
    }
    if (job.metadata?.deletionTimestamp !== undefined || !this.#expectations.satisfied(key)) return undefined;
    if ((job.spec?.managedBy ?? JOB_CONTROLLER) !== JOB_CONTROLLER) return undefined;
    return this.#sync(key, job, await this.#podsOf(job));
  }

  async #sync(key: string, job: Job, pods: readonly Pod[]): Promise<ReconcileResult | undefined> {
    const { now } = this;
    const writer = new JobStatusWriter(this.#components, job);
    const tally = tallyPods(job, pods, (pod) => this.#isNew(job, pod));
    const backoff = this.#noteBackoff(key, tally, now);
    const end = planEnd(job, tally, now);
    const suspended = job.spec?.suspend === true && end === undefined;
    const changed = await this.#change(key, job, tally, end, suspended, backoff > 0);
    await writer.account(tally, pods, (pod) => this.#untracked.add(pod.metadata?.uid ?? ""));
    const left = changed.tally;
    const isOver = left.active.length === 0 && left.terminating === 0;
    let status = this.#runStatus(job, writer.counted(left), suspended, now);
    if (end !== undefined) status = writer.ended(status, end, isOver, now);
    await writer.update(status);
    this.#report(job, writer.job, end, isOver);
    if (changed.error !== undefined) throw changed.error;
    return this.#requeue(job, status, backoff);
  }

  get now(): number {
    return this.#components.clock.now();
  }

  /** Creates and deletes pods; gives the counts as they are after that. */
  async #change(
    key: string,
    job: Job,
    tally: JobTally,
    end: JobEnd | undefined,
    suspended: boolean,
    backingOff: boolean,
  ): Promise<{ readonly tally: JobTally; readonly error?: unknown }> {
    const stops = end !== undefined || suspended;
    const plan: PodPlan = stops
      ? { delete: tally.active, create: 0, createIndexes: [] }
      : planPods(job, tally, backingOff, this.now);
    try {
      if (plan.delete.length > 0) return { tally: await this.#delete(key, job, tally, plan.delete, end) };
      const created = await this.#create(key, job, plan);
      return { tally: { ...tally, active: [...tally.active, ...created] } };
    } catch (error) {
      return { tally, error };
    }
  }

  async #delete(
    key: string,
    job: Job,
    tally: JobTally,
    pods: readonly Pod[],
    end: JobEnd | undefined,
  ): Promise<JobTally> {
    const { client, events } = this.#components;
    this.#expectations.expectDeletions(
      key,
      pods.map((pod) => pod.metadata?.uid ?? ""),
    );
    for (const pod of pods) {
      const { name = "", namespace = "", uid = "" } = pod.metadata ?? {};
      try {
        await client.resource(PODS).namespace(namespace).delete(name);
        events.event(job, "Normal", "SuccessfulDelete", `Deleted pod: ${name}`);
      } catch (error) {
        this.#expectations.deletionObserved(key, uid);
        if (hasReason(error, "NotFound")) continue;
        events.event(job, "Warning", "FailedDelete", `Error deleting: ${messageOf(error)}`);
        throw error;
      }
    }
    const active = tally.active.filter((pod) => !pods.includes(pod));
    const ready = Math.min(tally.ready, active.length);
    const terminating = tally.terminating + pods.length;
    // They are counted as failed once the cache shows them going; a Job that fails has not ended before.
    return { ...tally, active, ready, terminating: end === undefined ? tally.terminating : terminating };
  }

  async #create(key: string, job: Job, plan: PodPlan): Promise<readonly Pod[]> {
    if (plan.create === 0) return [];
    this.#expectations.expectCreations(key, plan.create);
    const drafts = Array.from({ length: plan.create }, (_, at) => this.#draft(job, plan.createIndexes[at]));
    const created: Pod[] = [];
    let at = 0;
    for (const size of slowStartBatches(plan.create)) {
      const batch = drafts.slice(at, at + size);
      at += size;
      const outcomes = await Promise.allSettled(batch.map((draft) => this.#createPod(key, job, draft)));
      for (const outcome of outcomes)
        if (outcome.status === "fulfilled" && outcome.value !== undefined) created.push(outcome.value);
      const failed = outcomes.find((outcome) => outcome.status === "rejected");
      if (failed === undefined) continue;
      for (let skipped = at; skipped < plan.create; skipped++) this.#expectations.creationObserved(key);
      throw failed.reason;
    }
    return created;
  }

  async #createPod(key: string, job: Job, draft: Pod): Promise<Pod | undefined> {
    const { client, events } = this.#components;
    try {
      const pod = await client
        .resource(PODS)
        .namespace(job.metadata?.namespace ?? "")
        .create(draft);
      events.event(job, "Normal", "SuccessfulCreate", `Created pod: ${pod.metadata?.name}`);
      return pod;
    } catch (error) {
      this.#expectations.creationObserved(key);
      if (isNamespaceTerminating(error)) return undefined;
      events.event(job, "Warning", "FailedCreate", `Error creating: ${messageOf(error)}`);
      throw error;
    }
  }

  #draft(job: Job, index: number | undefined): Pod {
    if (index === undefined || job.spec?.backoffLimitPerIndex === undefined) return jobPod(job, index);
    const failed = this.#pods.lister
      .inNamespace(job.metadata?.namespace ?? "")
      .filter((pod) => controllerOf(pod)?.uid === job.metadata?.uid && indexOf(job, pod) === index)
      .map((pod) => indexFailures(pod) + 1);
    return jobPod(job, index, Math.max(0, ...failed));
  }

  /** Start time and the condition Suspended. */
  #runStatus(job: Job, status: JobStatus, suspended: boolean, now: number): JobStatus {
    const was = isSuspended(job);
    if (suspended) {
      const { startTime: _, ...rest } = status;
      const text = { reason: "JobSuspended", message: "Job suspended" };
      return { ...rest, conditions: withJobCondition(status.conditions, "Suspended", "True", text, now) };
    }
    const startTime = status.startTime ?? formatTime(now);
    if (!was || job.spec?.suspend === true) return { ...status, startTime };
    const text = { reason: "JobResumed", message: "Job resumed" };
    const conditions = withJobCondition(status.conditions, "Suspended", "False", text, now);
    return { ...status, startTime: formatTime(now), conditions };
  }

  #report(before: Job, after: Job, end: JobEnd | undefined, isOver: boolean): void {
    const { events } = this.#components;
    if (isSuspended(after) && !isSuspended(before)) events.event(before, "Normal", "Suspended", "Job suspended");
    if (!isSuspended(after) && isSuspended(before)) events.event(before, "Normal", "Resumed", "Job resumed");
    if (end === undefined || !isOver) return;
    if (end.type === "SuccessCriteriaMet") events.event(before, "Normal", "Completed", "Job completed");
    else events.event(before, "Warning", end.reason, end.message);
  }

  /** Milliseconds until the next creation may be tried: 10 s, doubling with every failure since the last success. */
  #noteBackoff(key: string, tally: JobTally, now: number): number {
    let backoff = this.#backoffs.get(key) ?? { failures: 0, last: 0 };
    if (tally.newSucceeded.length > 0) backoff = { failures: 0, last: 0 };
    const failed = [...tally.newFailed, ...tally.ignored];
    if (failed.length > 0)
      backoff = {
        failures: backoff.failures + failed.length,
        last: Math.max(backoff.last, ...failed.map((pod) => finishedAt(pod, now))),
      };
    this.#backoffs.set(key, backoff);
    if (backoff.failures === 0) return 0;
    return Math.max(0, backoff.last + Math.min(BACKOFF_BASE * 2 ** (backoff.failures - 1), BACKOFF_MAX) - now);
  }

  #requeue({ spec }: Job, { startTime }: JobStatus, backoff: number): ReconcileResult | undefined {
    const started = timeOf(startTime);
    const deadline =
      spec?.activeDeadlineSeconds === undefined || started === undefined
        ? undefined
        : Math.max(1, started + spec.activeDeadlineSeconds * 1000 - this.now);
    const waits = [deadline, backoff > 0 ? backoff : undefined].filter((wait) => wait !== undefined);
    return waits.length === 0 ? undefined : { requeueAfter: Math.min(...waits) };
  }

  #isNew(job: Job, pod: Pod): boolean {
    const uid = pod.metadata?.uid ?? "";
    const { succeeded = [], failed = [] } = job.status?.uncountedTerminatedPods ?? {};
    return isTracked(pod) && !this.#untracked.has(uid) && !succeeded.includes(uid) && !failed.includes(uid);
  }

  async #podsOf(job: Job): Promise<readonly Pod[]> {
    const selector = labelMatcher(job.spec?.selector);
    return claim({
      client: this.#components.client,
      owner: job,
      ownerType: JOBS,
      type: PODS,
      objects: this.#pods.lister.inNamespace(job.metadata?.namespace ?? ""),
      selects: (pod) => selector.matches(pod.metadata?.labels ?? {}),
    });
  }

  async #releaseOrphan(key: string): Promise<undefined> {
    const pod = this.#pods.lister.get(key);
    if (pod !== undefined && isTracked(pod) && this.#jobOf(pod) === undefined)
      await removeTracking(this.#components, pod);
  }

  /** The Job that controls the pod, if it is there. */
  #jobOf(pod: Pod): Job | undefined {
    const key = controllerKey(pod, JOBS);
    const job = key === undefined ? undefined : this.#jobs.lister.get(key);
    return job?.metadata?.uid === controllerOf(pod)?.uid ? job : undefined;
  }

  *#podKeys({ type, object, old }: CacheEvent<Pod>): Iterable<string> {
    const key = controllerKey(object, JOBS);
    const before = old === undefined ? undefined : controllerKey(old, JOBS);
    const uid = object.metadata?.uid ?? "";
    if (type === "delete" || !isTracked(object)) this.#untracked.delete(uid);
    if (key !== undefined && type === "add") this.#expectations.creationObserved(key);
    if (key !== undefined && (type === "delete" || isTerminating(object)))
      this.#expectations.deletionObserved(key, uid);
    if (before !== undefined && before !== key) yield before;
    if (key !== undefined) yield key;
    if (type !== "delete" && isTracked(object)) yield* this.#orphanKeys(object, key);
  }

  *#orphanKeys(pod: Pod, key: string | undefined): Iterable<string> {
    if (key === undefined || this.#jobOf(pod) === undefined) yield ORPHAN + objectKey(pod);
  }
}
