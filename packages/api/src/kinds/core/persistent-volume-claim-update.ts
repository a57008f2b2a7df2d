import type { Draft, FieldError } from "@pinnace/apimachinery";
import { fieldPath, forbiddenField, invalidValue, required } from "@pinnace/apimachinery";
import { immutable, same } from "../rules/equal.ts";
import { difference } from "../rules/line-diff.ts";
import { compareQuantities, signOf } from "../rules/quantity.ts";

/** The annotation that named the storage class before the field did. */
export const CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";
const STORAGE = fieldPath("spec", "resources", "requests", "storage");

function annotationOf({ metadata }: Draft): string | undefined {
  return metadata?.annotations?.[CLASS_ANNOTATION];
}

/** The spec as it was, with the changes that are allowed taken over from the new one. */
function expectedSpec(claim: Draft, old: Draft): Draft {
  const spec = structuredClone(old.spec ?? {});
  const next = claim.spec ?? {};
  if (!spec.volumeName) spec.volumeName = next.volumeName;
  const noted = annotationOf(old);
  if (spec.storageClassName === undefined && (noted === undefined || noted === next.storageClassName)) {
    spec.storageClassName = next.storageClassName;
  }
  if (claim.status?.phase !== "Bound") return spec;
  if (next.resources?.requests)
    spec.resources.requests = { ...spec.resources?.requests, storage: next.resources.requests.storage };
  spec.volumeAttributesClassName = next.volumeAttributesClassName;
  return spec;
}

function sizeErrors(claim: Draft, old: Draft): FieldError[] {
  const size = claim.spec?.resources?.requests?.storage ?? "0";
  if (compareQuantities(size, old.spec?.resources?.requests?.storage ?? "0") >= 0) return [];
  if (compareQuantities(size, old.status?.capacity?.storage ?? "0") > 0) return [];
  return [forbiddenField(STORAGE, "field can not be less than status.capacity")];
}

function attributesClassErrors(claim: Draft, old: Draft): FieldError[] {
  const next = claim.spec?.volumeAttributesClassName;
  if (old.status?.currentVolumeAttributesClassName === undefined || next) return [];
  if (old.spec?.volumeAttributesClassName === next) return [];
  const value = next === undefined ? "nil" : "empty string";
  const detail = `update to ${value} is forbidden when status.currentVolumeAttributesClassName is not nil`;
  return [forbiddenField(fieldPath("spec", "volumeAttributesClassName"), detail)];
}

/** What of a claim may not change: nearly everything but its size and its class, once it is bound. */
export function claimChangeErrors(claim: Draft, old: Draft): FieldError[] {
  const errors: FieldError[] = [];
  const noted = annotationOf(old);
  const upgraded = noted !== undefined && !old.spec?.storageClassName && claim.spec?.storageClassName === noted;
  if (!upgraded || annotationOf(claim) !== undefined) {
    const path = fieldPath("metadata", "annotations").key(CLASS_ANNOTATION);
    errors.push(...immutable(annotationOf(claim) ?? "", noted ?? "", path));
  }
  const expected = expectedSpec(claim, old);
  if (!same(claim.spec, expected)) {
    const detail = `spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n${difference(expected, claim.spec)}`;
    errors.push(forbiddenField(fieldPath("spec"), detail));
  }
  errors.push(...sizeErrors(claim, old));
  errors.push(...immutable(claim.spec?.volumeMode, old.spec?.volumeMode, fieldPath("volumeMode")));
  return [...errors, ...attributesClassErrors(claim, old)];
}

/** What is wrong with the status of a claim. */
export function claimStatusErrors({ spec, status }: Draft): FieldError[] {
  const errors: FieldError[] = [];
  if ((spec?.accessModes ?? []).length === 0) errors.push(required(fieldPath("Spec", "accessModes")));
  for (const member of ["capacity", "allocatedResources"]) {
    for (const [key, quantity] of Object.entries<Draft>(status?.[member] ?? {})) {
      if (signOf(quantity) >= 0) continue;
      const path = fieldPath("status", member).key(key);
      errors.push(invalidValue(path, String(quantity), "must be greater than or equal to 0"));
    }
  }
  return errors;
}
