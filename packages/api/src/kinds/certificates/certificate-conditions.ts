import type { Draft, FieldError } from "@pinnace/apimachinery";
import { duplicate, fieldPath, forbiddenField, invalidValue, notSupported, required } from "@pinnace/apimachinery";
import { same } from "../rules/equal.ts";
import { difference } from "../rules/line-diff.ts";

const ALWAYS_TRUE = ["Approved", "Denied", "Failed"];
const APPROVAL = ["Approved", "Denied"];
const CONDITIONS = fieldPath("status", "conditions");

function conditionsOf(request: Draft): Draft[] {
  return request.status?.conditions ?? [];
}

function ofType(request: Draft, type: string): Draft[] {
  return conditionsOf(request).filter((condition) => condition.type === type);
}

function hasBoth(request: Draft): boolean {
  return APPROVAL.every((type) => ofType(request, type).length > 0);
}

function statusError({ type, status }: Draft, position: number): FieldError[] {
  const path = CONDITIONS.index(position).child("status");
  const allowed = ALWAYS_TRUE.includes(type) ? ["True"] : ["False", "True", "Unknown"];
  if (!status) return [required(path)];
  return allowed.includes(status) ? [] : [notSupported(path, status, allowed)];
}

/** What is wrong with the conditions of a request. */
export function conditionErrors(request: Draft, old?: Draft): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  const bothBefore = old !== undefined && hasBoth(old);
  for (const [position, condition] of conditionsOf(request).entries()) {
    const path = CONDITIONS.index(position);
    if (!condition.type) errors.push(required(path.child("type")));
    errors.push(...statusError(condition, position));
    const opposite = APPROVAL.find((type) => type !== condition.type);
    if (!bothBefore && APPROVAL.includes(condition.type) && opposite && seen.has(opposite)) {
      errors.push(invalidValue(CONDITIONS, condition.type, "Approved and Denied conditions are mutually exclusive"));
    }
    if (seen.has(condition.type)) errors.push(duplicate(path.child("type"), condition.type));
    seen.add(condition.type);
  }
  return errors;
}

/** Conditions that say what became of a request stay; only approval may add `Approved` and `Denied`. */
export function conditionChangeErrors(request: Draft, old: Draft, isApproval: boolean): FieldError[] {
  const removed = ALWAYS_TRUE.filter((type) => ofType(request, type).length < ofType(old, type).length).map((type) =>
    forbiddenField(CONDITIONS, `updates may not remove a condition of type "${type}"`),
  );
  if (isApproval) return removed;
  const changed = APPROVAL.flatMap((type) => {
    const before = ofType(old, type);
    const after = ofType(request, type);
    if (after.length > before.length) {
      return [forbiddenField(CONDITIONS, `updates may not add a condition of type "${type}"`)];
    }
    if (after.length < before.length || same(before, after)) return [];
    const detail = `updates may not modify a condition of type "${type}"\n${difference("[CertificateSigningRequestCondition", before, after)}`;
    return [forbiddenField(CONDITIONS, detail)];
  });
  return [...removed, ...changed];
}

/** Fills in when conditions were written; one that says the same as before keeps its transition time. */
export function stampConditions(draft: Draft, old: Draft, now: number): void {
  const time = new Date(now).toISOString().replace(/\.\d+Z$/, "Z");
  for (const condition of conditionsOf(draft)) {
    condition.lastUpdateTime ??= time;
    const before = conditionsOf(old).find(
      ({ type, status, lastTransitionTime }) =>
        type === condition.type && status === condition.status && lastTransitionTime,
    );
    condition.lastTransitionTime ??= before?.lastTransitionTime ?? time;
  }
}

/** Where approval is not the path, its conditions keep what they say. */
export function keepApproval(draft: Draft, old: Draft): void {
  for (const type of APPROVAL) {
    const before = ofType(old, type);
    const after = ofType(draft, type);
    if (before.length !== after.length) continue;
    let next = 0;
    draft.status.conditions = conditionsOf(draft).map((condition) =>
      condition.type === type ? before[next++] : condition,
    );
  }
}
