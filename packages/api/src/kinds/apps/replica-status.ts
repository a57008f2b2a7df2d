import type { Draft, FieldError } from "@pinnace/apimachinery";
import { fieldPath, invalidValue } from "@pinnace/apimachinery";

/** Counts of a status: none negative, none above its bound. */
export interface StatusCounts {
  readonly counts: readonly string[];
  /** Counts that may not exceed `status.replicas`. */
  readonly withinReplicas?: readonly string[];
  /** What is said when more are available than ready. */
  readonly availableWithin?: string;
}

/** Checks counts in a status, and that collisionCount only grows. */
export function statusCounts(rules: StatusCounts): (object: Draft, old: Draft) => FieldError[] {
  return ({ status = {} }, old) => {
    const errors: FieldError[] = [];
    const path = fieldPath("status");
    for (const name of rules.counts) {
      if ((status[name] ?? 0) >= 0) continue;
      errors.push(invalidValue(path.child(name), status[name], "must be greater than or equal to 0"));
    }
    for (const name of rules.withinReplicas ?? []) {
      if ((status[name] ?? 0) <= (status.replicas ?? 0)) continue;
      errors.push(invalidValue(path.child(name), status[name] ?? 0, "cannot be greater than status.replicas"));
    }
    const available = status.availableReplicas ?? 0;
    if (rules.availableWithin && available > (status.readyReplicas ?? 0)) {
      errors.push(
        invalidValue(path.child("availableReplicas"), available, `cannot be greater than ${rules.availableWithin}`),
      );
    }
    const before = old.status?.collisionCount;
    if (rules.counts.includes("collisionCount") && before !== undefined && (status.collisionCount ?? 0) < before) {
      errors.push(invalidValue(path.child("collisionCount"), status.collisionCount ?? 0, "cannot be decremented"));
    }
    return errors;
  };
}

/** Puts back spec and metadata, for the few kinds whose labels and annotations do not change through `status`. */
export function keepSpecAndMetadata(object: Draft, old: Draft): void {
  keepSpec(object, old);
  const { managedFields } = object.metadata;
  object.metadata = { ...old.metadata, managedFields };
  if (managedFields === undefined) delete object.metadata.managedFields;
}

/** Puts back the spec: what an update of the status may not change. */
export function keepSpec(object: Draft, old: Draft): void {
  object.spec = old.spec;
}
