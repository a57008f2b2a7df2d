import { CodedError } from "@pinnace/errors";
import { isObject } from "../member.ts";
import type { KubernetesObject } from "../object.ts";
import type { ResourceDefinition } from "../resource-definition.ts";
import { type FieldType, fieldTypeOf, typeFor } from "./field-type.ts";
import { mergeTyped } from "./merge-typed.ts";
import { completeObjectSchema } from "./object-schema.ts";
import { typedErrors } from "./validate-typed.ts";

/**
 * Merges an apply configuration into an object as server-side apply does, but without owners: nothing is removed, and
 * nothing may be in it that would be replaced as a whole. Shares what it can; changes nothing. Throws CodedError
 * `APPLY_CONFIGURATION_INVALID` with the words of a MutatingAdmissionPolicy.
 */
export function mergeApplyConfiguration(
  kind: Pick<ResourceDefinition, "schema" | "resolve">,
  live: KubernetesObject,
  configuration: KubernetesObject,
): KubernetesObject {
  const type = fieldTypeOf(completeObjectSchema(kind.schema), kind.resolve);
  const errors = typedErrors(configuration, type);
  if (errors.length > 0) {
    const text = errors.length === 1 ? errors[0] : `errors:\n${errors.map((error) => `  ${error}`).join("\n")}`;
    throw invalidConfiguration(`failed to convert patch object to typed object: ${text}`);
  }
  const atomics = atomicPaths(configuration, type, "");
  if (atomics.length > 0) {
    const text = `may not mutate atomic arrays, maps or structs: ${atomics.join(", ")}`;
    throw invalidConfiguration(`invalid ApplyConfiguration: ${text}`);
  }
  return mergeTyped(live, configuration, type) as KubernetesObject;
}

function invalidConfiguration(message: string): CodedError {
  return new CodedError("APPLY_CONFIGURATION_INVALID", message);
}

/** Where lists and maps lie that are owned as a whole. */
function atomicPaths(value: unknown, written: FieldType, path: string): string[] {
  const type = typeFor(written, value);
  if (type.kind === "list" && Array.isArray(value)) {
    const below = value.flatMap((item, at) => atomicPaths(item, type.element(), `${path}[${at}]`));
    return type.atomic ? [path, ...below] : below;
  }
  if (type.kind !== "map" || !isObject(value)) return [];
  const below = Object.keys(value).flatMap((name) => {
    const member = type.declares(name) ? type.member(name) : undefined;
    return member === undefined ? [] : atomicPaths(value[name], member, `${path}.${name}`);
  });
  return type.atomic ? [path, ...below] : below;
}
