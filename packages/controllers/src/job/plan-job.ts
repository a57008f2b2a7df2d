import type { Job, Pod } from "@pinnace/api";
import { timeOf } from "@pinnace/apimachinery";
import { isPodFinished, isPodReady, isTerminating, rankPodsForDeletion } from "@pinnace/controller-runtime";
import { judgeFailure } from "./failure-policy.ts";
import { parseIndexes } from "./indexes.ts";
import {
  announcedEnd,
  BACKOFF_LIMIT_EXCEEDED,
  COMPLETIONS_REACHED,
  DEADLINE_EXCEEDED,
  FAILED_INDEXES,
  type JobEnd,
  TOO_MANY_FAILED_INDEXES,
} from "./job-conditions.ts";
import {
  hasFailed,
  hasSucceeded,
  INDEX_FAILURES,
  indexOf,
  isActivePod,
  isIndexed,
  replacesOnlyFailed,
  restartsOf,
} from "./job-pods.ts";

/** Pods that are created or deleted in one pass at most. */
const MAX_PER_PASS = 500;

/** The pods of a Job as its status sees them. */
export interface JobTally {
  readonly active: readonly Pod[];
  readonly ready: number;
  /** Being deleted and not finished. */
  readonly terminating: number;
  readonly newSucceeded: readonly Pod[];
  /** Failed and to be counted. */
  readonly newFailed: readonly Pod[];
  /** Failed, but the failure policy says to ignore it. */
  readonly ignored: readonly Pod[];
  readonly succeeded: number;
  readonly failed: number;
  readonly succeededIndexes: ReadonlySet<number>;
  readonly failedIndexes: ReadonlySet<number>;
  /** Set when a rule of the failure policy ends the Job. */
  readonly policyFailure: string | undefined;
}

/** Counts the pods; `isNew` says of a pod whether the status has not taken account of it. */
export function tallyPods(job: Job, pods: readonly Pod[], isNew: (pod: Pod) => boolean): JobTally {
  const newSucceeded = pods.filter((pod) => hasSucceeded(pod) && isNew(pod));
  const failures = pods.filter((pod) => hasFailed(job, pod) && isNew(pod));
  const verdicts = new Map(failures.map((pod) => [pod, judgeFailure(job, pod)]));
  const newFailed = failures.filter((pod) => verdicts.get(pod)?.action !== "Ignore");
  const { succeeded = 0, failed = 0, uncountedTerminatedPods: uncounted } = job.status ?? {};
  const active = pods.filter(isActivePod);
  const succeededIndexes = succeededIndexesOf(job, newSucceeded);
  return {
    active,
    ready: active.filter(isPodReady).length,
    terminating: pods.filter((pod) => isTerminating(pod) && !isPodFinished(pod)).length,
    newSucceeded,
    newFailed,
    ignored: failures.filter((pod) => verdicts.get(pod)?.action === "Ignore"),
    succeeded: isIndexed(job)
      ? succeededIndexes.size
      : succeeded + (uncounted?.succeeded?.length ?? 0) + newSucceeded.length,
    failed: failed + (uncounted?.failed?.length ?? 0) + newFailed.length,
    succeededIndexes,
    failedIndexes: failedIndexesOf(job, newFailed, succeededIndexes),
    policyFailure: [...verdicts.values()].find(({ action }) => action === "FailJob")?.message,
  };
}

function succeededIndexesOf(job: Job, newSucceeded: readonly Pod[]): ReadonlySet<number> {
  if (!isIndexed(job)) return new Set();
  const before = parseIndexes(job.status?.completedIndexes, job.spec?.completions ?? 0);
  return new Set([...before, ...newSucceeded.map((pod) => indexOf(job, pod)).filter((index) => index !== undefined)]);
}

/** Indexes that have failed more often than `backoffLimitPerIndex` allows (KEP-3850). */
function failedIndexesOf(job: Job, newFailed: readonly Pod[], succeeded: ReadonlySet<number>): ReadonlySet<number> {
  const limit = job.spec?.backoffLimitPerIndex;
  if (limit === undefined || limit === null) return new Set();
  const failed = new Set(parseIndexes(job.status?.failedIndexes, job.spec?.completions ?? 0));
  for (const pod of newFailed) {
    const index = indexOf(job, pod);
    if (index === undefined || succeeded.has(index)) continue;
    if (indexFailures(pod) >= limit || judgeFailure(job, pod).action === "FailIndex") failed.add(index);
  }
  return failed;
}

/** How often the pod's index had failed before the pod. */
export function indexFailures(pod: Pod): number {
  return Number(pod.metadata?.annotations?.[INDEX_FAILURES] ?? 0);
}

/** Why the Job ends now, or undefined when it goes on. An end that was announced stays. */
export function planEnd(job: Job, tally: JobTally, now: number): JobEnd | undefined {
  return announcedEnd(job) ?? failureEnd(job, tally, now) ?? successEnd(job, tally);
}

function failureEnd({ spec, status }: Job, tally: JobTally, now: number): JobEnd | undefined {
  if (tally.policyFailure !== undefined)
    return { type: "FailureTarget", reason: "PodFailurePolicy", message: tally.policyFailure };
  const limit = spec?.backoffLimit ?? 6;
  if (tally.failed > limit) return BACKOFF_LIMIT_EXCEEDED;
  if (spec?.template?.spec?.restartPolicy === "OnFailure") {
    const restarts = restartsOf(tally.active);
    if (limit === 0 ? restarts > 0 : restarts >= limit) return BACKOFF_LIMIT_EXCEEDED;
  }
  const started = timeOf(status?.startTime);
  const deadline = spec?.activeDeadlineSeconds;
  if (!spec?.suspend && deadline !== undefined && started !== undefined && now - started >= deadline * 1000)
    return DEADLINE_EXCEEDED;
  if (tally.failedIndexes.size > (spec?.maxFailedIndexes ?? Number.POSITIVE_INFINITY)) return TOO_MANY_FAILED_INDEXES;
  const finished = tally.failedIndexes.size + tally.succeededIndexes.size;
  return tally.failedIndexes.size > 0 && finished >= (spec?.completions ?? 0) ? FAILED_INDEXES : undefined;
}

function successEnd(job: Job, tally: JobTally): JobEnd | undefined {
  const policy = matchingSuccessRule(job, tally);
  if (policy !== undefined)
    return { type: "SuccessCriteriaMet", reason: "SuccessPolicy", message: `Matched rules at index ${policy}` };
  const { completions } = job.spec ?? {};
  const enough =
    completions === undefined ? tally.succeeded > 0 && tally.active.length === 0 : tally.succeeded >= completions;
  // A Job that is to do nothing at all is complete, too; one whose extra pods still run is not yet.
  return enough && tally.active.length === 0 ? COMPLETIONS_REACHED : undefined;
}

/** The first rule of the success policy that holds (KEP-3998). */
function matchingSuccessRule({ spec }: Job, { succeededIndexes }: JobTally): number | undefined {
  const rules = spec?.successPolicy?.rules ?? [];
  const found = rules.findIndex((rule) => {
    const wanted = rule.succeededIndexes ? parseIndexes(rule.succeededIndexes, spec?.completions ?? 0) : undefined;
    const matched =
      wanted === undefined ? succeededIndexes : [...wanted].filter((index) => succeededIndexes.has(index));
    const count = Array.isArray(matched) ? matched.length : (matched as ReadonlySet<number>).size;
    return count >= (rule.succeededCount ?? wanted?.size ?? Number.POSITIVE_INFINITY);
  });
  return found < 0 ? undefined : found;
}

/** Pods to make and to delete. For Indexed Jobs `createIndexes` says which. */
export interface PodPlan {
  readonly delete: readonly Pod[];
  readonly create: number;
  readonly createIndexes: readonly number[];
}

/** Brings the active pods to what the Job wants. `backingOff` holds creations back. */
export function planPods(job: Job, tally: JobTally, backingOff: boolean, now: number): PodPlan {
  const wanted = wantedActive(job, tally);
  const indexed = isIndexed(job) ? planIndexes(job, tally) : undefined;
  const surplus = tally.active.length - wanted;
  const doubled = indexed?.surplus ?? [];
  const ranked = rankPodsForDeletion(
    tally.active.filter((pod) => !doubled.includes(pod)),
    () => 0,
    now,
  );
  const removed = [...doubled, ...ranked.slice(0, Math.max(0, surplus - doubled.length))].slice(0, MAX_PER_PASS);
  const held = replacesOnlyFailed(job) ? tally.terminating : 0;
  const missing = Math.max(0, wanted - (tally.active.length - removed.length) - held);
  const create = backingOff || surplus > 0 ? 0 : Math.min(missing, MAX_PER_PASS);
  const createIndexes = indexed?.missing.slice(0, create) ?? [];
  return { delete: removed, create: indexed === undefined ? create : createIndexes.length, createIndexes };
}

function wantedActive({ spec }: Job, { succeeded, failedIndexes, active }: JobTally): number {
  const parallelism = spec?.parallelism ?? 1;
  if (spec?.completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(parallelism, spec.completions - succeeded - failedIndexes.size));
}

function planIndexes(
  job: Job,
  tally: JobTally,
): { readonly missing: readonly number[]; readonly surplus: readonly Pod[] } {
  const taken = new Set<number>();
  const surplus: Pod[] = [];
  for (const pod of tally.active) {
    const index = indexOf(job, pod);
    if (index === undefined || taken.has(index) || tally.succeededIndexes.has(index)) surplus.push(pod);
    else taken.add(index);
  }
  const missing: number[] = [];
  for (let index = 0; index < (job.spec?.completions ?? 0); index++)
    if (!taken.has(index) && !tally.succeededIndexes.has(index) && !tally.failedIndexes.has(index)) missing.push(index);
  return { missing, surplus };
}
