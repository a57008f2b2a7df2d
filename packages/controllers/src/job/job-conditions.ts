import type { Job, JobCondition, JobStatus } from "@pinnace/api";
import { formatTime } from "@pinnace/apimachinery";
import { findCondition, isConditionTrue } from "@pinnace/controller-runtime";

type JobConditionType = "Complete" | "Failed" | "FailureTarget" | "SuccessCriteriaMet" | "Suspended";

/** Why a Job ends. */
export interface JobEnd {
  readonly type: "FailureTarget" | "SuccessCriteriaMet";
  readonly reason: string;
  readonly message: string;
}

export const COMPLETIONS_REACHED: JobEnd = {
  type: "SuccessCriteriaMet",
  reason: "CompletionsReached",
  message: "Reached expected number of succeeded pods",
};
export const BACKOFF_LIMIT_EXCEEDED: JobEnd = {
  type: "FailureTarget",
  reason: "BackoffLimitExceeded",
  message: "Job has reached the specified backoff limit",
};
export const DEADLINE_EXCEEDED: JobEnd = {
  type: "FailureTarget",
  reason: "DeadlineExceeded",
  message: "Job was active longer than specified deadline",
};
export const FAILED_INDEXES: JobEnd = {
  type: "FailureTarget",
  reason: "FailedIndexes",
  message: "Job has failed indexes",
};
export const TOO_MANY_FAILED_INDEXES: JobEnd = {
  type: "FailureTarget",
  reason: "MaxFailedIndexesExceeded",
  message: "Job has exceeded the specified maximal number of failed indexes",
};

/** True when the Job is Complete or Failed: nothing happens to it any more. */
export function isJobFinished({ status }: Job): boolean {
  return isConditionTrue(status?.conditions, "Complete") || isConditionTrue(status?.conditions, "Failed");
}

/** The end that the Job's conditions have announced. */
export function announcedEnd({ status }: Job): JobEnd | undefined {
  for (const type of ["FailureTarget", "SuccessCriteriaMet"] as const) {
    const condition = findCondition(status?.conditions, type);
    if (condition?.status === "True") return { type, reason: condition.reason ?? "", message: condition.message ?? "" };
  }
  return undefined;
}

export function isSuspended({ status }: Job): boolean {
  return isConditionTrue(status?.conditions, "Suspended");
}

/** The conditions with one more, or with one of the same type replaced when its status differs. */
export function withJobCondition(
  conditions: JobStatus["conditions"],
  type: JobConditionType,
  status: "True" | "False",
  { reason, message }: { readonly reason: string; readonly message: string },
  now: number,
): readonly JobCondition[] {
  if (findCondition(conditions, type)?.status === status) return conditions ?? [];
  const time = formatTime(now);
  const next = { type, status, lastProbeTime: time, lastTransitionTime: time, reason, message };
  const present = conditions ?? [];
  return present.some((condition) => condition.type === type)
    ? present.map((condition) => (condition.type === type ? next : condition))
    : [...present, next];
}
