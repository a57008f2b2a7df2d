import {
  type Draft,
  type FieldError,
  fieldPath,
  type ResourceDefinition,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from "@pinnace/apimachinery";
import { isCustom } from "../custom.ts";

/**
 * Everything wrong with an object's metadata: as such, and as a change of `old`. Upstream checks a change in its generic
 * code and again with the kind, so that every cause comes twice.
 */
export function checkMetadata(draft: Draft, old: Draft | undefined, definition: ResourceDefinition): FieldError[] {
  const path = fieldPath("metadata");
  const { namespaced, strategy } = definition;
  const errors = validateObjectMeta(path, draft.metadata, {
    namespaced,
    qualifiedFinalizers: !isCustom(definition),
    ...(strategy.validateName === undefined ? {} : { validateName: strategy.validateName.bind(strategy) }),
  });
  if (old === undefined) return errors;
  const all = [...validateObjectMetaUpdate(path, draft.metadata, old.metadata), ...errors];
  return [...all, ...all];
}

/**
 * What clients cannot set: taken over from the stored object. A uid or deletion of their own is left for validation to
 * refuse.
 */
export function keepSystemMetadata(draft: Draft, old: Draft): void {
  const { metadata } = draft;
  delete metadata.creationTimestamp;
  for (const field of ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"] as const) {
    metadata[field] ||= old.metadata[field];
    if (metadata[field] === undefined) delete metadata[field];
  }
  delete metadata.selfLink;
}
