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
  if (metadata.creationTimestamp !== old.metadata.creationTimestamp) delete metadata.creationTimestamp;
  for (const field of SYSTEM_FIELDS) {
    if (metadata[field]) continue;
    if (old.metadata[field] !== undefined) metadata[field] = old.metadata[field];
    else if (field in metadata) delete metadata[field];
  }
  delete metadata.selfLink;
}

const SYSTEM_FIELDS = ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"] as const;
