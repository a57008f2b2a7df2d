import type { Json, JsonObject, Schema } from "@pinnace/apimachinery";
import { definitionNameOfType, typeOfDefinitionName } from "./definition-names.ts";
import type { Descriptions } from "./descriptions.ts";
import { groupVersionKinds } from "./openapi-definitions.ts";
import { builtInSchema } from "./schemas.ts";
import { type TypeEntry, type TypeField, type TypeRef, typeEntry } from "./type-table.ts";

/** Which form of OpenAPI a schema is written in. */
export type OpenApiForm = "v2" | "v3";

/** Where a document's definitions are, as the start of a `$ref`. */
export function referencePrefix(form: OpenApiForm): string {
  return form === "v2" ? "#/definitions/" : "#/components/schemas/";
}

type Mutable = { [name: string]: Json };

const zeroValues: Readonly<Record<string, Json>> = { string: "", bool: false, int32: 0, int64: 0, double: 0 };

/** What v3 publishes as the default of a value that Go cannot leave out; undefined for pointers, lists, maps. */
function zeroDefault(type: TypeRef, omitted: boolean): Json | undefined {
  if (type.form === "struct") return {};
  return type.form === "value" && !omitted ? zeroValues[type.name] : undefined;
}

/** A built-in schema speaks of its leaves in ways that only v2 or only v3 knows. */
function valueSchema(name: string, form: OpenApiForm): JsonObject | undefined {
  if (name.endsWith(".Quantity"))
    return form === "v2" ? { type: "string" } : { oneOf: [{ type: "string" }, { type: "number" }] };
  if (name.endsWith(".IntOrString")) {
    if (form === "v2") return { type: "string", format: "int-or-string" };
    return { format: "int-or-string", oneOf: [{ type: "integer" }, { type: "string" }] };
  }
  if (/\.(RawExtension|FieldsV1|Patch)$/.test(name)) return { type: "object" };
  if (/apiextensions\.v1\.JSON(SchemaPropsOr\w+)?$/.test(name)) return {};
  return undefined;
}

function element(type: TypeRef, schema: Schema, form: OpenApiForm): JsonObject {
  const written = writeSchema(schema, form);
  const value = form === "v3" ? zeroDefault(type, false) : undefined;
  if (value === undefined) return written;
  return written.$ref === undefined
    ? { ...written, default: value }
    : { allOf: [{ $ref: written.$ref }], default: value };
}

function containerOf(type: TypeRef): TypeRef {
  return type.form === "pointer" ? containerOf(type.of) : type;
}

function writeField(field: TypeField, schema: Schema, form: OpenApiForm, description: string | undefined): JsonObject {
  const written: Mutable = { ...writeSchema(schema, form) };
  const container = containerOf(field.type);
  if (container.form === "list" && schema.items !== undefined)
    written.items = element(container.of, schema.items, form);
  if (container.form === "map" && typeof schema.additionalProperties === "object")
    written.additionalProperties = element(container.of, schema.additionalProperties, form);
  if (container.form === "value" && container.name === "StringList" && form === "v3")
    written.items = { default: "", type: "string" };
  if (form === "v3") {
    const value = schema.default ?? zeroDefault(field.type, !field.printsZero);
    if (value !== undefined) written.default = value;
  }
  if (description !== undefined && description !== "") written.description = description;
  const { $ref, ...siblings } = written;
  if (form === "v3" && $ref !== undefined && Object.keys(siblings).length > 0)
    return { allOf: [{ $ref }], ...siblings };
  return written;
}

/** A schema as a document spells it: references to its own definitions, without what the form does not know. */
export function writeSchema(schema: Schema, form: OpenApiForm): JsonObject {
  const written: Mutable = {};
  for (const [name, value] of Object.entries(schema) as [string, Json][]) {
    if (name.startsWith("x-go-")) continue;
    if (name === "$ref") written.$ref = referencePrefix(form) + value;
    else if (name === "properties")
      written.properties = Object.fromEntries(
        Object.entries(value as unknown as Record<string, Schema>)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([property, each]) => [property, writeSchema(each, form)]),
      );
    else if (name === "items" || name === "not" || (name === "additionalProperties" && typeof value === "object"))
      written[name] = writeSchema(value as Schema, form);
    else if (name === "allOf" || name === "anyOf" || name === "oneOf")
      written[name] = (value as unknown as Schema[]).map((each) => writeSchema(each, form));
    else if (form === "v3" || name !== "default") written[name] = value;
  }
  return written;
}

/** Only v3 lists the values of a field. */
function listedValues(id: string, json: string, form: OpenApiForm, descriptions: Descriptions | undefined): JsonObject {
  const values = form === "v3" ? descriptions?.values(id, json) : undefined;
  return values === undefined ? {} : { enum: values };
}

function writeEntry(
  entry: TypeEntry,
  schema: Schema,
  form: OpenApiForm,
  descriptions: Descriptions | undefined,
  group?: { group: string; version: string },
): JsonObject {
  const written: Mutable = { ...writeSchema(schema, form) };
  const properties: Mutable = { ...(written.properties as Mutable | undefined) };
  for (const field of entry.fields)
    if (field.json !== "")
      properties[field.json] = {
        ...writeField(field, schema.properties![field.json]!, form, descriptions?.field(entry.id, field.json)),
        ...listedValues(entry.id, field.json, form, descriptions),
      };
  if (entry.kind)
    for (const name of ["apiVersion", "kind"] as const)
      properties[name] = { ...(descriptions === undefined ? {} : { description: descriptions[name] }), type: "string" };
  if (Object.keys(properties).length > 0) written.properties = properties;
  const description = descriptions?.type(entry.id);
  if (description !== undefined) written.description = description;
  if (entry.kind || entry.id === "meta/v1.WatchEvent")
    written["x-kubernetes-group-version-kind"] = groupVersionKinds(entry, group);
  return written;
}

/** A built-in definition as OpenAPI v2 or v3 publishes it; undefined when there is none of this name. */
export function builtInDefinition(
  name: string,
  form: OpenApiForm,
  descriptions?: Descriptions,
  group?: { group: string; version: string },
): JsonObject | undefined {
  const id = typeOfDefinitionName(name);
  const schema = builtInSchema(name);
  if (schema === undefined) return undefined;
  const entry = id === undefined ? undefined : typeEntry(id);
  if (entry !== undefined) return writeEntry(entry, schema, form, descriptions, group);
  const description = descriptions?.value(name);
  const written = valueSchema(name, form) ?? writeSchema(schema, form);
  return description === undefined ? written : { ...written, description };
}

/** The definition of a list of built-in or custom objects: the type's own, or made from the item's name. */
export function listDefinitionName(definitionName: string): string {
  return `${definitionName}List`;
}

/** The name of `meta/v1` ListMeta and others that documents refer to. */
export function metaDefinition(name: string): string {
  return definitionNameOfType(`meta/v1.${name}`);
}
