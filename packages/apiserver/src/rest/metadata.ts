import {
  type Draft,
  type FieldError,
  fieldPath,
  type ResourceDefinition,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from "@pinnace/apimachinery";
import { isCustom } from "../custom.ts";

/** Everything wrong with an object's metadata: as such, and as a change of `old`. Upstream reports finalizers of a change twice. */
export function checkMetadata(draft: Draft, old: Draft | undefined, definition: ResourceDefinition): FieldError[] {
  const path = fieldPath("metadata");
  const { namespaced, strategy } = definition;
  const errors = validateObjectMeta(path, draft.metadata, {
    namespaced,
    qualifiedFinalizers: !isCustom(definition),
    ...(strategy.validateName === undefined ? {} : { validateName: strategy.validateName.bind(strategy) }),
  });
  if (old === undefined) return errors;
  const finalizers = errors.filter(({ field }) => field.startsWith("metadata.finalizers"));
  return [...validateObjectMetaUpdate(path, draft.metadata, old.metadata), ...finalizers, ...errors];
}

/** What clients cannot set: taken over from the stored object. */
export function keepSystemMetadata(draft: Draft, old: Draft): void {
  const { metadata } = draft;
  if (!metadata.uid) metadata.uid = old.metadata.uid;
  for (const field of ["creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"] as const)
    if (old.metadata[field] === undefined) delete metadata[field];
    else metadata[field] = old.metadata[field];
  delete metadata.selfLink;
}
