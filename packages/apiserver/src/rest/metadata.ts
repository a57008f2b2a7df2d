import {
  type Draft,
  type FieldError,
  fieldPath,
  type ResourceDefinition,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from "@pinnace/apimachinery";

/** Everything wrong with an object's metadata: as such, and as a change of `old`. */
export function checkMetadata(draft: Draft, old: Draft | undefined, definition: ResourceDefinition): FieldError[] {
  const path = fieldPath("metadata");
  const { namespaced, strategy, definitionName } = definition;
  const errors = validateObjectMeta(path, draft.metadata, {
    namespaced,
    qualifiedFinalizers: definitionName.startsWith("io.k8s."),
    ...(strategy.validateName === undefined ? {} : { validateName: strategy.validateName.bind(strategy) }),
  });
  return old === undefined ? errors : [...validateObjectMetaUpdate(path, draft.metadata, old.metadata), ...errors];
}

/** What clients cannot set: taken over from the stored object. */
export function keepSystemMetadata(draft: Draft, old: Draft): void {
  const { metadata } = draft;
  for (const field of ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"] as const)
    if (old.metadata[field] === undefined) delete metadata[field];
    else metadata[field] = old.metadata[field];
  delete metadata.selfLink;
}
