import type { Draft, FieldError } from "@pinnace/apimachinery";
import { duplicate, fieldPath, invalidValue, required } from "@pinnace/apimachinery";
import { same } from "../rules/equal.ts";
import { countIndexes, sharedIndex } from "./index-list.ts";
import { invalidOmitted } from "./job-policies.ts";

const STATUS = fieldPath("status");
const CONDITIONS = STATUS.child("conditions");

/** Whether a job has a condition with status True. */
export function isConditionTrue(job: Draft, type: string): boolean {
  return (job.status?.conditions ?? []).some((each: Draft) => each.type === type && each.status === "True");
}

function isFinished(job: Draft): boolean {
  return isConditionTrue(job, "Complete") || isConditionTrue(job, "Failed");
}

function counts({ status }: Draft): FieldError[] {
  const errors: FieldError[] = [];
  for (const member of ["active", "succeeded", "failed", "ready", "terminating"]) {
    if ((status[member] ?? 0) >= 0) continue;
    errors.push(invalidValue(STATUS.child(member), status[member], "must be greater than or equal to 0"));
  }
  const seen = new Set<string>();
  for (const member of ["succeeded", "failed"]) {
    for (const [position, uid] of (status.uncountedTerminatedPods?.[member] ?? []).entries()) {
      const at = STATUS.child("uncountedTerminatedPods", member).index(position);
      if (uid === "") errors.push(invalidValue(at, uid, "must not be empty"));
      else if (seen.has(uid)) errors.push(duplicate(at, uid));
      seen.add(uid);
    }
  }
  return errors;
}

/** Which parts of the status an update changes: upstream checks only what changed (KEP-4368). */
interface Change {
  readonly job: Draft;
  readonly old: Draft;
  readonly status: Draft;
  readonly moved: (...members: readonly string[]) => boolean;
  readonly flipped: (...conditions: readonly string[]) => boolean;
}

function changeOf(job: Draft, old: Draft): Change {
  const before = old.status ?? {};
  return {
    job,
    old,
    status: job.status,
    moved: (...members) => members.some((member) => !same(job.status[member], before[member])),
    flipped: (...conditions) => conditions.some((each) => isConditionTrue(job, each) !== isConditionTrue(old, each)),
  };
}

function completion({ job, status, moved, flipped }: Change): FieldError[] {
  const errors: FieldError[] = [];
  const complete = isConditionTrue(job, "Complete");
  const at = STATUS.child("completionTime");
  const both = (other: string, shown: string): void => {
    if (flipped("Complete", other) && complete && isConditionTrue(job, other)) {
      errors.push(invalidOmitted(CONDITIONS, `cannot set Complete=True and ${shown} conditions`));
    }
  };
  both("Failed", "Failed=true");
  both("FailureTarget", "FailureTarget=true");
  if (flipped("Complete") || moved("completionTime")) {
    const early = "cannot set completionTime when there is no Complete=True condition";
    if (status.completionTime && !complete) errors.push(invalidValue(at, status.completionTime, early));
    if (!status.completionTime && complete) errors.push(required(at, "completionTime is required for Complete jobs"));
  }
  if (moved("startTime", "completionTime") && status.completionTime < status.startTime) {
    errors.push(invalidValue(at, status.completionTime, "must be equal to or after `startTime`"));
  }
  if (
    (flipped("Failed") || moved("failedIndexes")) &&
    isConditionTrue(job, "Failed") &&
    !isConditionTrue(job, "FailureTarget")
  ) {
    errors.push(
      invalidOmitted(CONDITIONS, "cannot set Failed=True condition without the FailureTarget=true condition"),
    );
  }
  if (flipped("Complete", "SuccessCriteriaMet") && complete && !isConditionTrue(job, "SuccessCriteriaMet")) {
    const detail = "cannot set Complete=True condition without the SuccessCriteriaMet=true condition";
    errors.push(invalidOmitted(CONDITIONS, detail));
  }
  return errors;
}

function finished({ job, status, moved, flipped }: Change): FieldError[] {
  if (!isFinished(job)) return [];
  const errors: FieldError[] = [];
  const ended = flipped("Complete", "Failed");
  const { active = 0, startTime, terminating = 0, uncountedTerminatedPods: uncounted } = status;
  if ((ended || moved("active")) && active > 0) {
    errors.push(invalidValue(STATUS.child("active"), active, "active>0 is invalid for finished job"));
  }
  const empty = job.spec.suspend === true && job.spec.completions === 0;
  if ((ended || moved("startTime")) && !empty && !startTime) {
    errors.push(required(STATUS.child("startTime"), "startTime is required for finished job"));
  }
  const left = (uncounted?.failed?.length ?? 0) + (uncounted?.succeeded?.length ?? 0);
  if ((ended || moved("uncountedTerminatedPods")) && left > 0) {
    const value = { Succeeded: uncounted.succeeded ?? null, Failed: uncounted.failed ?? null };
    errors.push(invalidValue(STATUS.child("uncountedTerminatedPods"), value, "must be empty for finished job"));
  }
  if ((ended || moved("terminating")) && terminating > 0) {
    errors.push(invalidValue(STATUS.child("terminating"), terminating, "terminating>0 is invalid for finished job"));
  }
  return errors;
}

function indexes({ job, status, moved }: Change): FieldError[] {
  const errors: FieldError[] = [];
  const { completions, backoffLimitPerIndex: perIndex, completionMode } = job.spec;
  const { completedIndexes: completed = "", failedIndexes: failed } = status;
  const parse = (member: string, value: string): void => {
    const counted = countIndexes(value, completions);
    if (typeof counted !== "string") return;
    errors.push(invalidValue(STATUS.child(member), value, `error parsing ${member}: ${counted}`));
  };
  const bounded = completions !== undefined && completions !== null;
  if (moved("completedIndexes")) {
    if (bounded) parse("completedIndexes", completed);
    const detail = "cannot set non-empty completedIndexes when non-indexed completion mode";
    if (completed !== "" && completionMode !== "Indexed") {
      errors.push(invalidValue(STATUS.child("completedIndexes"), completed, detail));
    }
  }
  if (moved("failedIndexes") && failed !== undefined) {
    if (bounded && perIndex !== undefined) parse("failedIndexes", failed);
    const detail = "cannot set non-null failedIndexes when backoffLimitPerIndex is null";
    if (perIndex === undefined) errors.push(invalidValue(STATUS.child("failedIndexes"), failed, detail));
  }
  if (!moved("failedIndexes", "completedIndexes") || !bounded || failed === undefined) return errors;
  const shared = sharedIndex(completed, failed, completions);
  if (shared === undefined) return errors;
  const detail = `failedIndexes and completedIndexes overlap at index: ${shared}`;
  return [...errors, invalidValue(STATUS.child("failedIndexes"), failed, detail)];
}

function success({ job, status, moved }: Change): FieldError[] {
  const errors: FieldError[] = [];
  const { ready = 0, active = 0 } = status;
  if (moved("ready", "active") && ready > active) {
    errors.push(invalidValue(STATUS.child("ready"), ready, "cannot set more ready pods than active"));
  }
  const met = isConditionTrue(job, "SuccessCriteriaMet");
  for (const [other, shown] of [
    ["Failed", "Failed=true"],
    ["FailureTarget", "FailureTarget=true"],
  ] as const) {
    if (!met || !isConditionTrue(job, other)) continue;
    errors.push(invalidOmitted(CONDITIONS, `cannot set SuccessCriteriaMet=True and ${shown} conditions`));
  }
  if (job.spec.successPolicy && !met && isConditionTrue(job, "Complete")) {
    const detail = "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True";
    errors.push(invalidOmitted(CONDITIONS, detail));
  }
  return errors;
}

function regress({ job, old, status, moved }: Change): FieldError[] {
  const errors: FieldError[] = [];
  const before = old.status ?? {};
  for (const type of ["Failed", "Complete", "FailureTarget"]) {
    if (!isConditionTrue(old, type) || isConditionTrue(job, type)) continue;
    errors.push(invalidOmitted(CONDITIONS, `cannot disable the terminal ${type}=True condition`));
  }
  const scalable = job.spec.completionMode === "Indexed" && job.spec.completions === job.spec.parallelism;
  for (const member of ["failed", "succeeded"]) {
    if ((member === "succeeded" && scalable) || (status[member] ?? 0) >= (before[member] ?? 0)) continue;
    errors.push(invalidValue(STATUS.child(member), status[member] ?? 0, `cannot decrease the ${member} counter`));
  }
  if (status.completionTime && before.completionTime && moved("completionTime")) {
    errors.push(invalidValue(STATUS.child("completionTime"), status.completionTime, "field is immutable"));
  }
  const resuming =
    isConditionTrue(old, "Suspended") &&
    (status.conditions ?? []).some((each: Draft) => each.type === "Suspended" && each.status === "False");
  if (before.startTime && moved("startTime") && !resuming && !job.spec.suspend) {
    const detail = "field is immutable for unsuspended job once set";
    errors.push(invalidValue(STATUS.child("startTime"), status.startTime ?? null, detail));
  }
  if (isConditionTrue(old, "SuccessCriteriaMet") && !isConditionTrue(job, "SuccessCriteriaMet")) {
    errors.push(invalidOmitted(CONDITIONS, "cannot disable the SuccessCriteriaMet=True condition"));
  }
  return errors;
}

/** What an update of a job's status may say. */
export function jobStatusErrors(job: Draft, old: Draft): FieldError[] {
  job.status ??= {};
  const change = changeOf(job, old);
  return [
    ...counts(job),
    ...completion(change),
    ...finished(change),
    ...indexes(change),
    ...success(change),
    ...regress(change),
  ];
}
