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

/** The two specs without the changes that are allowed: the name of the volume once, a class where none was, what a bound claim may ask. */
function comparedSpecs(claim: Draft, old: Draft): { readonly before: Draft; readonly after: Draft } {
  const before = { ...old.spec };
  const after = { ...claim.spec };
  if (!before.volumeName) before.volumeName = after.volumeName;
  const noted = annotationOf(old);
  if (before.storageClassName === undefined && (noted === undefined || noted === after.storageClassName)) {
    delete after.storageClassName;
  }
  if (claim.status?.phase !== "Bound") return { before, after };
  if (after.resources?.requests) {
    const requests = { ...after.resources.requests, storage: before.resources?.requests?.storage };
    after.resources = { ...after.resources, requests };
  }
  after.volumeAttributesClassName = before.volumeAttributesClassName;
  return { before, after };
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
  const { before, after } = comparedSpecs(claim, old);
  // No class is not the class "": the former may get the default one.
  const reclassed = (after.storageClassName ?? null) !== (before.storageClassName ?? null);
  if (reclassed || !same(after, before)) {
    const changes = difference("PersistentVolumeClaimSpec", before, after);
    const detail = `spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n${changes}`;
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
