import {
  type FieldError,
  invalid,
  parseApiVersion,
  type ResourceDefinition,
  type StatusError,
} from "@pinnace/apimachinery";

/** 422 for an object. Its group is that of the stored kind, as upstream names the internal one: core's for any Event. */
export function invalidObject(
  { storageApiVersion, kind }: ResourceDefinition,
  name: string,
  errors: readonly FieldError[],
): StatusError {
  return invalid(parseApiVersion(storageApiVersion).group, kind, name, errors);
}
