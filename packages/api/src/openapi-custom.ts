import type { JsonObject, ResourceDefinition, Schema } from "@pinnace/apimachinery";
import type { Descriptions } from "./descriptions.ts";
import { metaDefinition, type OpenApiForm, writeSchema } from "./openapi-schema.ts";
import { builtInSchema } from "./schemas.ts";

const CONVENTIONS = "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md";

/** Whether a definition is a custom resource's. Those of groups under k8s.io are named `io.k8s.` as well. */
export function isCustomDefinition({ definitionName }: { readonly definitionName: string }): boolean {
  return builtInSchema(definitionName) === undefined;
}

/** A custom object as OpenAPI publishes it. Clients of v2 know no object with more than its properties: it has none then. */
export function customObjectSchema(
  { group, version, kind, schema }: ResourceDefinition,
  form: OpenApiForm,
  descriptions: Descriptions | undefined,
): JsonObject {
  const own = { "x-kubernetes-group-version-kind": [{ group, version, kind }] };
  if (form === "v2" && schema["x-kubernetes-preserve-unknown-fields"]) return { type: "object", ...own };
  const written = writeSchema(form === "v2" ? withoutNewForms(schema) : schema, form);
  return { ...written, properties: withTypeMeta(written, "ObjectMeta", form, descriptions), ...own };
}

/** A list of custom objects, which no definition holds. */
export function customListSchema(
  { group, version, kind, definitionName }: ResourceDefinition,
  form: OpenApiForm,
  descriptions: Descriptions | undefined,
): JsonObject {
  const items: Schema = { type: "array", items: { $ref: definitionName } };
  const written = writeSchema({ type: "object", required: ["items"], properties: { items } }, form);
  const properties = withTypeMeta(written, "ListMeta", form, descriptions);
  if (descriptions !== undefined)
    properties.items = {
      description: `List of ${kind.toLowerCase()}s. More info: ${CONVENTIONS}`,
      ...(properties.items as JsonObject),
    };
  return {
    description: `${kind}List is a list of ${kind}`,
    ...written,
    properties,
    "x-kubernetes-group-version-kind": [{ group, version, kind: `${kind}List` }],
  };
}

/** The properties with those that every object has, in alphabetical order. */
function withTypeMeta(
  { properties }: JsonObject,
  metadata: "ObjectMeta" | "ListMeta",
  form: OpenApiForm,
  descriptions: Descriptions | undefined,
): Record<string, JsonObject> {
  const text = (description: string | undefined): JsonObject => (description === undefined ? {} : { description });
  const standard =
    metadata === "ObjectMeta"
      ? `Standard object's metadata. More info: ${CONVENTIONS}#metadata`
      : `Standard list metadata. More info: ${CONVENTIONS}#types-kinds`;
  const reference = writeSchema({ $ref: metaDefinition(metadata) }, form);
  const about = text(descriptions && standard);
  const all = {
    ...(properties as Record<string, JsonObject> | undefined),
    apiVersion: { ...text(descriptions?.apiVersion), type: "string" },
    kind: { ...text(descriptions?.kind), type: "string" },
    metadata:
      form === "v3" && descriptions !== undefined ? { allOf: [reference], ...about } : { ...reference, ...about },
  };
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What v2 cannot say goes: alternatives, nullable values, and what is known of an object that may hold anything. */
function withoutNewForms(schema: Schema): Schema {
  const { allOf: _, anyOf: __, oneOf: ___, not: ____, nullable, items, properties, required, ...rest } = schema;
  const opaque = nullable === true || rest["x-kubernetes-preserve-unknown-fields"] === true;
  const untyped = nullable === true || (opaque && (rest.type === "array" || rest.type === "object"));
  const { type, ...others } = rest;
  const additional = rest.additionalProperties;
  const isNullable = (each: Schema | undefined): boolean => each?.nullable === true;
  const left = (required ?? []).filter((name) => !isNullable(properties?.[name]));
  const needs = typeof additional === "object" && isNullable(additional as Schema) ? [] : left;
  return {
    ...others,
    ...(type === undefined || untyped ? {} : { type }),
    ...(needs.length === 0 ? {} : { required: needs }),
    ...(items === undefined || opaque ? {} : { items: withoutNewForms(items) }),
    ...(properties === undefined || opaque
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, each]) => [name, withoutNewForms(each)]),
          ),
        }),
    ...(typeof additional === "object" ? { additionalProperties: withoutNewForms(additional as Schema) } : {}),
  };
}
