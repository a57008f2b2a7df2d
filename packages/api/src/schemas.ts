import { deepFreeze, type Json, type Schema, type SchemaResolver } from "@pinnace/apimachinery";
import { inDeclarationOrder } from "./declaration-order.ts";
import { definitionNameOfType, groupOfPackage, typeOfDefinitionName } from "./definition-names.ts";
import { jsonFields, type TypeEntry, type TypeField, type TypeRef, typeEntry, type ValueType } from "./type-table.ts";
import { unionsOf } from "./unions.ts";

const metaPrefix = "io.k8s.apimachinery.pkg.apis.meta.v1";
const extensionsPrefix = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1";

/** Definitions of values whose JSON form is not their struct. */
const valueDefinitions: Readonly<Record<string, Schema>> = deepFreeze({
  "io.k8s.apimachinery.pkg.api.resource.Quantity": { type: "string", format: "quantity" },
  "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {
    type: "string",
    format: "int-or-string",
    "x-kubernetes-int-or-string": true,
  },
  "io.k8s.apimachinery.pkg.runtime.RawExtension": { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  [`${metaPrefix}.Time`]: { type: "string", format: "date-time" },
  [`${metaPrefix}.MicroTime`]: { type: "string", format: "date-time" },
  [`${metaPrefix}.Duration`]: { type: "string" },
  [`${metaPrefix}.FieldsV1`]: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  [`${metaPrefix}.Patch`]: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  [`${extensionsPrefix}.JSON`]: { "x-kubernetes-preserve-unknown-fields": true },
  [`${extensionsPrefix}.JSONSchemaPropsOrArray`]: { "x-kubernetes-preserve-unknown-fields": true },
  [`${extensionsPrefix}.JSONSchemaPropsOrBool`]: { "x-kubernetes-preserve-unknown-fields": true },
  [`${extensionsPrefix}.JSONSchemaPropsOrStringArray`]: { "x-kubernetes-preserve-unknown-fields": true },
});

const scalarSchemas: Readonly<Partial<Record<ValueType, Schema>>> = deepFreeze({
  string: { type: "string" },
  bool: { type: "boolean" },
  int32: { type: "integer", format: "int32" },
  int64: { type: "integer", format: "int64" },
  double: { type: "number", format: "double" },
  bytes: { type: "string", format: "byte" },
  StringList: { type: "array", items: { type: "string" } },
});

const valueOwners: Readonly<Partial<Record<ValueType, string>>> = {
  Quantity: "io.k8s.apimachinery.pkg.api.resource",
  IntOrString: "io.k8s.apimachinery.pkg.util.intstr",
  RawExtension: "io.k8s.apimachinery.pkg.runtime",
  Time: metaPrefix,
  MicroTime: metaPrefix,
  Duration: metaPrefix,
  FieldsV1: metaPrefix,
};

function schemaOfType(type: TypeRef): Schema {
  switch (type.form) {
    case "pointer":
      return schemaOfType(type.of);
    case "list":
      return { type: "array", items: schemaOfType(type.of) };
    case "map":
      return { type: "object", additionalProperties: schemaOfType(type.of) };
    case "struct":
      return { $ref: definitionNameOfType(type.id) };
    case "value":
      return scalarSchemas[type.name] ?? { $ref: `${valueOwners[type.name] ?? extensionsPrefix}.${type.name}` };
  }
}

/** `map:name,protocol` and the like as the extensions they stand for. */
function extensions(words: readonly string[]): Partial<Schema> {
  const found: Record<string, Json> = {};
  for (const word of words) {
    const [, name = "", value = ""] = /^([^:=]+)[:=]?(.*)$/.exec(word) ?? [];
    if (name === "patch") {
      const colon = value.indexOf(":");
      found["x-kubernetes-patch-strategy"] = colon < 0 ? value : value.slice(0, colon);
      if (colon >= 0) found["x-kubernetes-patch-merge-key"] = value.slice(colon + 1);
    } else if (name === "map-type") found["x-kubernetes-map-type"] = value;
    else if (name === "default") found.default = JSON.parse(value);
    else if (name === "go") found["x-go-type"] = value;
    else if (name === "in") found["x-go-inline"] = value;
    else {
      found["x-kubernetes-list-type"] = name;
      if (value !== "") found["x-kubernetes-list-map-keys"] = value.split(",");
    }
  }
  return found as Partial<Schema>;
}

function schemaOfField(field: TypeField): Schema {
  const schema = schemaOfType(field.type);
  return field.words.length === 0 ? schema : { ...schema, ...extensions(field.words) };
}

/** The group, version and kind that a kind's definition carries. */
function groupVersionKindOf(entry: TypeEntry): { group: string; version: string; kind: string } {
  return {
    group: groupOfPackage(entry.package),
    version: entry.package.split("/")[1] ?? "",
    kind: entry.name,
  };
}

function schemaOfEntry(entry: TypeEntry): Schema {
  const properties: Record<string, Schema> = {};
  if (entry.kind) {
    properties.apiVersion = { type: "string" };
    properties.kind = { type: "string" };
  }
  const fields = jsonFields(entry);
  for (const field of fields) properties[field.json] = schemaOfField(field);
  const names = fields.filter((field) => field.required).map((field) => field.json);
  const required = inDeclarationOrder(entry.id, names);
  const unions = unionsOf(entry.id);
  return {
    type: "object",
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(required.length === 0 ? {} : { required }),
    ...extensions(entry.words),
    ...(entry.kind ? { "x-kubernetes-group-version-kind": [groupVersionKindOf(entry)] } : {}),
    ...(unions === undefined ? {} : { "x-kubernetes-unions": unions }),
  };
}

const schemas = new Map<string, Schema>(Object.entries(valueDefinitions));

/** The schema of a built-in definition, such as `io.k8s.api.core.v1.PodSpec`; undefined when there is none. */
export function builtInSchema(definitionName: string): Schema | undefined {
  const known = schemas.get(definitionName);
  if (known !== undefined) return known;
  const id = typeOfDefinitionName(definitionName);
  const entry = id === undefined ? undefined : typeEntry(id);
  if (entry === undefined) return undefined;
  const schema = deepFreeze(schemaOfEntry(entry));
  schemas.set(definitionName, schema);
  return schema;
}

/** Finds built-in definitions by `$ref`; throws `TypeError` for a name that is none. */
export const resolveBuiltInSchema: SchemaResolver = (ref) => {
  const schema = builtInSchema(ref);
  if (schema === undefined) throw new TypeError(`no definition ${ref}`);
  return schema;
};

/** The names of the definitions of values: Quantity, Time, IntOrString, ... */
export function valueDefinitionNames(): readonly string[] {
  return Object.keys(valueDefinitions);
}
