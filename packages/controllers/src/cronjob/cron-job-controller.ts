import { CRON_JOBS, type CronJob, type CronJobStatus, JOBS, type Job, type ObjectReference } from "@pinnace/api";
import { formatTime, hasReason, objectKey, semanticEqual, timeOf } from "@pinnace/apimachinery";
import type { CacheEvent, Informer } from "@pinnace/client";
import {
  type ControllerComponents,
  type ControllerDefinition,
  controllerKey,
  controllerReference,
  isConditionTrue,
  isControlledBy,
  type ReconcileResult,
  watchOf,
} from "@pinnace/controller-runtime";
import { messageOf } from "@pinnace/errors";
import { isJobFinished } from "../job/job-conditions.ts";
import { isNamespaceTerminating } from "../replicaset/replica-controller.ts";
import { dueTime, parseSchedule, type Schedule } from "./schedule.ts";

const SCHEDULED = "batch.kubernetes.io/cronjob-scheduled-timestamp";

/** Makes a Job for every time that a CronJob is due. */
export class CronJobController implements ControllerDefinition {
  readonly concurrency = 5;
  readonly watches: ControllerDefinition["watches"];
  readonly #components: ControllerComponents;
  readonly #cronJobs: Informer<CronJob>;
  readonly #jobs: Informer<Job>;

  constructor(components: ControllerComponents) {
    this.#components = components;
    this.#cronJobs = components.informers.informer(CRON_JOBS);
    this.#jobs = components.informers.informer(JOBS);
    this.watches = [watchOf(this.#cronJobs), watchOf(this.#jobs, (event) => jobKeys(event))];
  }

  async reconcile(key: string): Promise<ReconcileResult | undefined> {
    const cronJob = this.#cronJobs.lister.get(key);
    if (cronJob === undefined) return undefined;
    const jobs = this.#jobs.lister
      .inNamespace(cronJob.metadata?.namespace ?? "")
      .filter((job) => isControlledBy(job, cronJob));
    let status = this.#followJobs(cronJob, jobs);
    await this.#trimHistory(cronJob, jobs);
    const outcome = await this.#run(cronJob, status, jobs);
    status = outcome.status;
    if (!semanticEqual(status, cronJob.status)) {
      const resource = this.#components.client.resource(CRON_JOBS).namespace(cronJob.metadata?.namespace ?? "");
      await resource.updateStatus({ ...cronJob, status });
    }
    return outcome.requeueAfter === undefined ? undefined : { requeueAfter: outcome.requeueAfter };
  }

  /** Keeps the list of active Jobs, and reports those that were not started here. */
  #followJobs(cronJob: CronJob, jobs: readonly Job[]): CronJobStatus {
    const { events } = this.#components;
    const status = cronJob.status ?? {};
    let active = status.active ?? [];
    let { lastSuccessfulTime } = status;
    for (const job of jobs) {
      const name = job.metadata?.name ?? "";
      const known = active.some(({ uid }) => uid === job.metadata?.uid);
      if (!known && !isJobFinished(job)) {
        const message = `Saw a job that the controller did not create or forgot: ${name}`;
        events.event(cronJob, "Warning", "UnexpectedJob", message);
      }
      if (known && isJobFinished(job)) {
        active = active.filter(({ uid }) => uid !== job.metadata?.uid);
        events.event(cronJob, "Normal", "SawCompletedJob", `Saw completed job: ${name}, condition: ${endOf(job)}`);
      }
      const completed = job.status?.completionTime;
      if (endOf(job) === "Complete" && completed && completed > (lastSuccessfulTime ?? ""))
        lastSuccessfulTime = completed;
    }
    for (const reference of active) {
      if (jobs.some(({ metadata }) => metadata?.uid === reference.uid)) continue;
      const name = reference.name ?? "";
      events.event(cronJob, "Normal", "MissingJob", `Active job went missing: ${name}`);
      active = active.filter(({ uid }) => uid !== reference.uid);
    }
    const { active: _, ...rest } = status;
    return {
      ...rest,
      ...(active.length === 0 ? {} : { active }),
      ...(lastSuccessfulTime === undefined ? {} : { lastSuccessfulTime }),
    };
  }

  async #trimHistory(cronJob: CronJob, jobs: readonly Job[]): Promise<void> {
    const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = cronJob.spec ?? {};
    const finished = [...jobs].filter(isJobFinished).sort(olderFirst);
    const successful = finished.filter((job) => endOf(job) === "Complete");
    const failed = finished.filter((job) => endOf(job) === "Failed");
    for (const job of successful.slice(0, Math.max(0, successful.length - successfulJobsHistoryLimit)))
      await this.#delete(cronJob, job);
    for (const job of failed.slice(0, Math.max(0, failed.length - failedJobsHistoryLimit)))
      await this.#delete(cronJob, job);
  }

  async #run(
    cronJob: CronJob,
    status: CronJobStatus,
    jobs: readonly Job[],
  ): Promise<{ readonly status: CronJobStatus; readonly requeueAfter?: number }> {
    const { events, clock } = this.#components;
    const { spec, metadata } = cronJob;
    const now = clock.now();
    if (metadata?.deletionTimestamp !== undefined || spec?.suspend) return { status };
    const schedule = this.#schedule(cronJob);
    if (schedule === undefined) return { status };
    const next = schedule.next(now);
    const later = next === undefined ? {} : { requeueAfter: next - now };
    const { due, missed } = dueTime(cronJob, schedule, now);
    if (due === undefined) return { status, ...later };
    if (missed >= 100) {
      const message = `too many missed start times: ${missed}. Set or decrease .spec.startingDeadlineSeconds or check clock skew`;
      events.event(cronJob, "Warning", "TooManyMissedTimes", message);
    }
    const deadline = spec?.startingDeadlineSeconds;
    if (deadline !== undefined && due + deadline * 1000 < now) {
      events.event(
        cronJob,
        "Warning",
        "MissSchedule",
        `Missed scheduled time to start a job: ${new Date(due).toUTCString()}`,
      );
      return { status, ...later };
    }
    if (status.lastScheduleTime === formatTime(due)) return { status, ...later };
    const active = status.active ?? [];
    if (spec?.concurrencyPolicy === "Forbid" && active.length > 0) {
      const message = "Not starting job because prior execution is running and concurrency policy is Forbid";
      events.event(cronJob, "Normal", "JobAlreadyActive", message);
      return { status, ...later };
    }
    if (spec?.concurrencyPolicy === "Replace")
      for (const job of jobs) if (active.some(({ uid }) => uid === job.metadata?.uid)) await this.#delete(cronJob, job);
    const kept = spec?.concurrencyPolicy === "Replace" ? [] : active;
    const started = await this.#create(cronJob, due);
    if (started === undefined) return { status, ...later };
    return { status: { ...status, active: [...kept, started], lastScheduleTime: formatTime(due) }, ...later };
  }

  #schedule(cronJob: CronJob): Schedule | undefined {
    try {
      return parseSchedule(cronJob);
    } catch (error) {
      const { schedule, timeZone } = cronJob.spec ?? {};
      const message = `unparseable schedule: "${schedule}" in time zone "${timeZone ?? ""}" : ${messageOf(error)}`;
      this.#components.events.event(cronJob, "Warning", "UnparseableSchedule", message);
      return undefined;
    }
  }

  async #create(cronJob: CronJob, due: number): Promise<ObjectReference | undefined> {
    const { client, events } = this.#components;
    const draft = jobAt(cronJob, due);
    const resource = client.resource(JOBS).namespace(cronJob.metadata?.namespace ?? "");
    try {
      const job = await resource.create(draft);
      events.event(cronJob, "Normal", "SuccessfulCreate", `Created job ${job.metadata?.name}`);
      return referenceTo(job);
    } catch (error) {
      if (isNamespaceTerminating(error)) return undefined;
      if (hasReason(error, "AlreadyExists")) {
        const present = await resource.get(draft.metadata?.name ?? "");
        return isControlledBy(present, cronJob) ? referenceTo(present) : undefined;
      }
      events.event(cronJob, "Warning", "FailedCreate", `Error creating job: ${messageOf(error)}`);
      throw error;
    }
  }

  async #delete(cronJob: CronJob, job: Job): Promise<void> {
    const { client, events } = this.#components;
    const { name = "", namespace = "" } = job.metadata ?? {};
    try {
      await client.resource(JOBS).namespace(namespace).delete(name, { propagationPolicy: "Background" });
      events.event(cronJob, "Normal", "SuccessfulDelete", `Deleted job ${name}`);
    } catch (error) {
      if (hasReason(error, "NotFound")) return;
      events.event(cronJob, "Warning", "FailedDelete", `Deleted job: ${messageOf(error)}`);
      throw error;
    }
  }
}

/** The Job of one scheduled time. Its name is made of the time in minutes, so that no time is served twice. */
function jobAt(cronJob: CronJob, due: number): Job {
  const { name = "", namespace = "" } = cronJob.metadata ?? {};
  const { metadata, spec } = cronJob.spec?.jobTemplate ?? {};
  return {
    metadata: {
      name: `${name}-${Math.floor(due / 60_000)}`,
      namespace,
      ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
      annotations: { ...metadata?.annotations, [SCHEDULED]: localTime(due, cronJob.spec?.timeZone) },
      ownerReferences: [controllerReference(cronJob, CRON_JOBS)],
    },
    ...(spec === undefined ? {} : { spec }),
  };
}

/** RFC 3339 with the offset of the time zone. */
function localTime(instant: number, timeZone: string | undefined): string {
  if (timeZone === undefined) return formatTime(instant);
  const parts = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" }).formatToParts(instant);
  const offset = parts.find(({ type }) => type === "timeZoneName")?.value.slice("GMT".length) ?? "";
  if (offset === "") return formatTime(instant);
  const [hours = "0", minutes = "0"] = offset.split(":");
  const shift = (Math.abs(Number(hours)) * 60 + Number(minutes)) * (offset.startsWith("-") ? -1 : 1);
  return formatTime(instant + shift * 60_000).replace("Z", offset);
}

function referenceTo(job: Job): ObjectReference {
  const { name = "", namespace = "", uid = "", resourceVersion = "" } = job.metadata ?? {};
  return { apiVersion: "batch/v1", kind: "Job", name, namespace, uid, resourceVersion };
}

function endOf({ status }: Job): "Complete" | "Failed" | "" {
  if (isConditionTrue(status?.conditions, "Complete")) return "Complete";
  return isConditionTrue(status?.conditions, "Failed") ? "Failed" : "";
}

function olderFirst(a: Job, b: Job): number {
  return (
    (timeOf(a.status?.startTime) ?? 0) - (timeOf(b.status?.startTime) ?? 0) || (objectKey(a) < objectKey(b) ? -1 : 1)
  );
}

function* jobKeys({ object, old }: CacheEvent<Job>): Iterable<string> {
  const key = controllerKey(object, CRON_JOBS);
  const before = old === undefined ? undefined : controllerKey(old, CRON_JOBS);
  if (before !== undefined && before !== key) yield before;
  if (key !== undefined) yield key;
}
