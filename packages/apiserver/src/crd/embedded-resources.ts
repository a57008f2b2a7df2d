import { builtInSchema, resolveBuiltInSchema } from "@pinnace/api";
import {
  type Draft,
  decodeFields,
  type FieldError,
  FieldPath,
  invalidValue,
  isDns1035Label,
  nameIsPathSegment,
  parseApiVersion,
  required,
  type Schema,
  validateObjectMeta,
} from "@pinnace/apimachinery";

const OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

type Step = string | number;
type Visit = (resource: Draft, path: readonly Step[]) => void;

/**
 * Types the metadata of the objects inside a custom resource (`x-kubernetes-embedded-resource`), in place. Lists unknown fields;
 * `error` is the first value of a wrong type.
 */
export function typeEmbedded(draft: unknown, schema: Schema): { readonly unknown: readonly string[]; error?: string } {
  const unknown: string[] = [];
  const errors: string[] = [];
  visitEmbedded(draft, schema, (resource, path) => {
    for (const name of ["apiVersion", "kind"])
      if (resource[name] !== undefined && typeof resource[name] !== "string")
        errors.push(textOf(invalidValue(at(path).child(name), resource[name], "must be a string")));
    const { metadata } = resource;
    const meta = builtInSchema(OBJECT_META);
    if (metadata === undefined || meta === undefined) return;
    const result = decodeFields(metadata, meta, resolveBuiltInSchema, {
      definitionName: OBJECT_META,
      path: [...path, "metadata"],
    });
    unknown.push(...result.unknown);
    if (result.error !== undefined)
      errors.push(textOf(invalidValue(at(path).child("metadata"), metadata, result.error)));
  });
  return errors.length === 0 ? { unknown } : { unknown, error: errors[0]! };
}

/** What is wrong with kind, version and metadata of the objects inside a custom resource. */
export function embeddedErrors(draft: unknown, schema: Schema): readonly FieldError[] {
  const errors: FieldError[] = [];
  visitEmbedded(draft, schema, (resource, steps) => {
    const path = at(steps);
    errors.push(...versionErrors(resource.apiVersion, path.child("apiVersion")));
    errors.push(...kindErrors(resource.kind, path.child("kind")));
    const { metadata } = resource;
    if (metadata === undefined) return;
    const namespaced = Boolean(metadata?.namespace);
    const meta = { ...metadata, name: metadata?.name || "fakename" };
    errors.push(
      ...validateObjectMeta(path.child("metadata"), meta, {
        namespaced,
        validateName: nameIsPathSegment,
        qualifiedFinalizers: false,
      }),
    );
  });
  return errors;
}

function versionErrors(apiVersion: unknown, path: FieldPath): FieldError[] {
  if (apiVersion === undefined) return [required(path, "must not be empty")];
  if (typeof apiVersion !== "string") return [invalidValue(path, apiVersion, "must be a string")];
  if (apiVersion === "") return [invalidValue(path, apiVersion, "must not be empty")];
  return parseApiVersion(apiVersion).version.includes("/")
    ? [invalidValue(path, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)]
    : [];
}

function kindErrors(kind: unknown, path: FieldPath): FieldError[] {
  if (kind === undefined) return [required(path, "must not be empty")];
  if (typeof kind !== "string") return [invalidValue(path, kind, "must be a string")];
  if (kind === "") return [invalidValue(path, kind, "must not be empty")];
  const messages = isDns1035Label(kind.toLowerCase());
  return messages.length === 0
    ? []
    : [invalidValue(path, kind, `may have mixed case, but should otherwise match: ${messages.join(",")}`)];
}

/** Calls `visit` for every embedded object, outer ones first. */
function visitEmbedded(value: unknown, schema: Schema, visit: Visit): void {
  if (holdsEmbedded(schema)) walk(value, schema, [], visit);
}

function walk(value: unknown, schema: Schema, path: readonly Step[], visit: Visit): void {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items !== undefined) for (const [index, item] of value.entries()) walk(item, items, [...path, index], visit);
    return;
  }
  if (schema["x-kubernetes-embedded-resource"] === true) visit(value, path);
  const { properties = {}, additionalProperties } = schema;
  const rest = typeof additionalProperties === "object" ? additionalProperties : undefined;
  for (const [name, member] of Object.entries(value)) {
    const below = Object.hasOwn(properties, name) ? properties[name] : rest;
    if (below !== undefined) walk(member, below, [...path, name], visit);
  }
}

const holders = new WeakMap<Schema, boolean>();

function holdsEmbedded(schema: Schema): boolean {
  let holds = holders.get(schema);
  if (holds === undefined) {
    const { items, properties = {}, additionalProperties } = schema;
    const below = [...Object.values(properties), items, additionalProperties];
    holds =
      schema["x-kubernetes-embedded-resource"] === true ||
      below.some((each) => typeof each === "object" && holdsEmbedded(each));
    holders.set(schema, holds);
  }
  return holds;
}

function at(path: readonly Step[]): FieldPath {
  let result = new FieldPath();
  for (const step of path) result = typeof step === "number" ? result.index(step) : result.child(step);
  return result;
}

function textOf({ field, message }: FieldError): string {
  return `${field}: ${message}`;
}
