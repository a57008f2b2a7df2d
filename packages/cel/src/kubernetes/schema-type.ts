import { type Json, resolveSchema, type Schema, type SchemaResolver } from "@pinnace/apimachinery";
import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, STRING, TIMESTAMP } from "../types/cel-type.ts";
import { type DeclField, type DeclType, listDecl, mapDecl, objectDecl, simpleDecl } from "../types/decl-type.ts";
import { escapeIdentifier } from "./escape.ts";

export interface SchemaOptions {
  /** The schema is that of a whole object: kind, apiVersion and metadata can be read whatever it says. */
  readonly root?: boolean;
  /** Where the schema has `$ref`s. A type within itself ends there: its fields cannot be reached. */
  readonly resolve?: SchemaResolver;
}

/** The largest request that upstream reads, in bytes; what no schema limits is limited by it. */
const MAX_REQUEST_SIZE = 3 * 1024 * 1024;
const MAX_STRING = MAX_REQUEST_SIZE - 2;
const DATE_SIZE = 12;
const TIME_SIZE = 32;

const noReferences: SchemaResolver = (ref) => {
  throw new TypeError(`unexpected $ref ${ref}`);
};

/** The type that expressions see of data with a schema; undefined when they cannot see it. Upstream's SchemaDeclType. */
export function declTypeOfSchema(schema: Schema, options: SchemaOptions = {}): DeclType | undefined {
  return convert(schema, options.root === true, { resolve: options.resolve ?? noReferences, within: [] });
}

interface Context {
  readonly resolve: SchemaResolver;
  /** The references that led here. */
  readonly within: readonly string[];
}

const positive = (length: number): number => Math.max(0, length);

function convert(written: Schema, root: boolean, context: Context): DeclType | undefined {
  const { $ref } = written;
  if ($ref !== undefined && context.within.includes($ref)) return undefined;
  const inner = $ref === undefined ? context : { ...context, within: [...context.within, $ref] };
  const schema = resolveSchema(written, context.resolve);
  if (schema["x-kubernetes-int-or-string"] === true) {
    return simpleDecl("dyn", DYN, 1, schema.maxLength === undefined ? MAX_STRING : positive(schema.maxLength) * 4);
  }
  const full = root ? withObjectMeta(schema) : schema;
  switch (full.type) {
    case "array":
      return array(full, inner);
    case "object":
      return object(full, inner);
    case "string":
      return text(full);
    case "boolean":
      return simpleDecl("bool", BOOL, 4);
    case "number":
      return simpleDecl("double", DOUBLE, 1);
    case "integer":
      return simpleDecl("int", INT, 1);
    default:
      return undefined;
  }
}

function child(schema: Schema, context: Context): DeclType | undefined {
  return convert(schema, resolveEmbedded(schema, context), context);
}

function resolveEmbedded(schema: Schema, { resolve }: Context): boolean {
  return resolveSchema(schema, resolve)["x-kubernetes-embedded-resource"] === true;
}

function array(schema: Schema, context: Context): DeclType | undefined {
  const items = schema.items === undefined ? undefined : child(schema.items, context);
  if (items === undefined) return undefined;
  const bySize = Math.floor((MAX_REQUEST_SIZE - 2) / (items.minSerializedSize + 1));
  return listDecl(items, schema.maxItems === undefined ? bySize : positive(schema.maxItems));
}

function object(schema: Schema, context: Context): DeclType | undefined {
  const { additionalProperties } = schema;
  if (typeof additionalProperties === "object") {
    const values = child(additionalProperties, context);
    if (values === undefined) return undefined;
    const bySize = Math.floor((MAX_REQUEST_SIZE - 2) / (values.minSerializedSize + 6));
    const keys = simpleDecl("string", STRING, 2);
    return mapDecl(keys, values, schema.maxProperties === undefined ? bySize : positive(schema.maxProperties));
  }
  const required = new Set(schema.required ?? []);
  const fields: DeclField[] = [];
  let minSize = 2;
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const type = child(property, context);
    if (type === undefined) continue;
    const escaped = escapeIdentifier(name);
    if (escaped !== undefined) fields.push({ name: escaped, type });
    const isRequired = required.has(name) && property.default === undefined;
    if (isRequired) minSize += new TextEncoder().encode(name).length + type.minSerializedSize + 4;
  }
  return objectDecl("object", fields, minSize);
}

function text(schema: Schema): DeclType {
  const { maxLength } = schema;
  switch (schema.format) {
    case "byte":
      return simpleDecl("bytes", BYTES, 2, maxLength === undefined ? MAX_STRING : positive(maxLength));
    case "duration":
      return simpleDecl("duration", DURATION, 3, TIME_SIZE);
    case "date":
      return simpleDecl("timestamp", TIMESTAMP, DATE_SIZE, DATE_SIZE);
    case "date-time":
      return simpleDecl("timestamp", TIMESTAMP, 21, TIME_SIZE);
  }
  // A character has up to four bytes.
  if (maxLength !== undefined) return simpleDecl("string", STRING, 2, positive(maxLength) * 4);
  return simpleDecl(
    "string",
    STRING,
    2,
    schema.enum === undefined || schema.enum.length === 0 ? MAX_STRING : longest(schema.enum),
  );
}

function longest(values: readonly Json[]): number {
  const lengths = values.map((value) => (typeof value === "string" ? new TextEncoder().encode(value).length : 0));
  return Math.max(0, ...lengths);
}

const TEXT: Schema = { type: "string" };
const NAMES: Schema = { type: "object", properties: { name: TEXT, generateName: TEXT } };

/** The schema with what every object has: kind, apiVersion, metadata.name and metadata.generateName. */
export function withObjectMeta(schema: Schema): Schema {
  const { properties } = schema;
  const { kind, apiVersion, metadata } = properties ?? {};
  const { name, generateName } = metadata?.properties ?? {};
  const texts = [kind, apiVersion, name, generateName].every((each) => each?.type === "string");
  const complete = texts && metadata?.type === "object";
  if (complete) return schema;
  return { ...schema, properties: { ...properties, kind: TEXT, apiVersion: TEXT, metadata: NAMES } };
}
