import { deepEqual, type Json, resolveSchema, type Schema, type SchemaResolver } from "@pinnace/apimachinery";
import { type CelType, opaqueType } from "../types/cel-type.ts";
import { parseDate, parseDuration, parseTimestamp } from "../values/time.ts";
import { CelError, type CelValue, OpaqueValue } from "../values/value.ts";
import { escapeIdentifier } from "./escape.ts";
import { type ListIdentity, SchemaList } from "./schema-list.ts";
import { SchemaMap } from "./schema-map.ts";
import { type SchemaOptions, withObjectMeta } from "./schema-type.ts";

/**
 * Data with a schema as a value, as rules of custom resources see it; members are made as they are read. Data that does
 * not fit the schema is an error value. Upstream's UnstructuredToVal.
 */
export function valueOfSchema(json: Json | undefined, schema: Schema, options: SchemaOptions = {}): CelValue {
  const { resolve = () => schema } = options;
  const resolved = resolveSchema(schema, resolve);
  return convert(json ?? null, options.root === true ? withObjectMeta(resolved) : resolved, resolve);
}

function convert(json: Json, written: Schema, resolve: SchemaResolver): CelValue {
  const schema = resolveSchema(written, resolve);
  if (json === null) {
    return schema.nullable === true ? null : new CelError("invalid data, got null for schema with nullable=false");
  }
  if (schema["x-kubernetes-int-or-string"] === true) return intOrString(json);
  switch (schema.type) {
    case "object":
      return object(json, schema, resolve);
    case "array":
      return array(json, schema, resolve);
    case "string":
      return text(json, schema);
    case "number":
      return typeof json === "number" ? json : wrongData("float", json);
    case "integer":
      return typeof json === "number" && Number.isInteger(json) ? BigInt(json) : wrongData("int", json);
    case "boolean":
      return typeof json === "boolean" ? json : wrongData("bool", json);
  }
  if (schema["x-kubernetes-preserve-unknown-fields"] === true) return new PreservedValue(json);
  const wanted = "object, array, number, integer, boolean or string";
  const extensions = "x-kubernetes-int-or-string or x-kubernetes-preserve-unknown-fields is true";
  return new CelError(`invalid type, expected ${wanted}, or no type with ${extensions}, got ${schema.type ?? ""}`);
}

/** How Go calls the type of data. */
function goType(json: Json): string {
  if (typeof json === "number") return Number.isInteger(json) ? "int64" : "float64";
  if (typeof json === "boolean") return "bool";
  if (typeof json === "string") return "string";
  return Array.isArray(json) ? "[]interface {}" : "map[string]interface {}";
}

function wrongData(expected: string, json: Json): CelError {
  return new CelError(`invalid data, expected ${expected}, got ${goType(json)}`);
}

function intOrString(json: Json): CelValue {
  if (typeof json === "string") return json;
  if (typeof json === "number" && Number.isInteger(json)) return BigInt(json);
  return new CelError("invalid data, expected XIntOrString value to be either a string or integer");
}

function object(json: Json, written: Schema, resolve: SchemaResolver): CelValue {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return new CelError("invalid data, expected a map for the provided schema with type=object");
  }
  const embedded = written["x-kubernetes-embedded-resource"] === true;
  const schema = embedded ? withObjectMeta(written) : written;
  const { properties, additionalProperties } = schema;
  const values = typeof additionalProperties === "object" ? additionalProperties : undefined;
  const schemaOf = (name: string): Schema | undefined => {
    if (properties === undefined) return values;
    return Object.hasOwn(properties, name) ? properties[name] : undefined;
  };
  const members = json as { readonly [name: string]: Json };
  return new SchemaMap(members, properties !== undefined, schemaOf, (each, own) => convert(each, own, resolve));
}

function array(json: Json, schema: Schema, resolve: SchemaResolver): CelValue {
  if (!Array.isArray(json))
    return new CelError("invalid data, expected an array for the provided schema with type=array");
  const { items } = schema;
  if (items === undefined) return new CelError("invalid array type, expected Items with a non-empty Schema");
  const list = json as readonly Json[];
  return new SchemaList(list.length, (index) => convert(list[index] as Json, items, resolve), identityOf(schema));
}

function identityOf(schema: Schema): ListIdentity {
  const kind = schema["x-kubernetes-list-type"] ?? "atomic";
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  return { kind, keys: keys.map((key) => escapeIdentifier(key) ?? key) };
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function text(json: Json, { format }: Schema): CelValue {
  if (typeof json !== "string") return wrongData("string", json);
  switch (format) {
    case "duration":
      return parseDuration(json) ?? new CelError(`Invalid duration ${json}`);
    case "date":
      return parseDate(json) ?? new CelError(`Invalid date formatted string ${json}`);
    case "date-time":
      return parseTimestamp(json) ?? new CelError(`Invalid date-time formatted string ${json}`);
    case "byte":
      if (!BASE64.test(json)) return new CelError(`Invalid byte formatted string ${json}`);
      return Uint8Array.from(atob(json), (char) => char.charCodeAt(0));
    default:
      return json;
  }
}

const UNKNOWN: CelType = opaqueType("unknown");

/** Data that no schema describes: it can only be compared. */
class PreservedValue extends OpaqueValue {
  readonly type: CelType = UNKNOWN;
  readonly json: Json;

  constructor(json: Json) {
    super();
    this.json = json;
  }

  equals(other: CelValue): boolean {
    return other instanceof PreservedValue && deepEqual(this.json, other.json);
  }
}
