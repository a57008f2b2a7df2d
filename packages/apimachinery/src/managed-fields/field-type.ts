import { definitionNameOf, opaque, scalarKindOf } from "../codec/go-type.ts";
import { isObject, memberOf } from "../member.ts";
import type { Json } from "../object.ts";
import type { Schema, SchemaResolver } from "../schema.ts";

/** What a scalar may be; `untyped` is any scalar. */
export type ScalarType = "numeric" | "string" | "boolean" | "untyped";

/** How a value is taken apart for field ownership. */
export type FieldType = ScalarFieldType | ListFieldType | MapFieldType | AnyFieldType;

interface ScalarFieldType {
  readonly kind: "scalar";
  readonly scalar: ScalarType;
}

export interface ListFieldType {
  readonly kind: "list";
  /** Owned as a whole. */
  readonly atomic: boolean;
  /** Members that identify an item; none: the item's value does. */
  readonly keys: readonly string[];
  /** The same in the order of their spelling in a path. */
  readonly sortedKeys: readonly string[];
  element(): FieldType;
  /** The default of an item's key, such as `TCP` for `protocol`. */
  keyDefault(key: string): Json | undefined;
}

export interface MapFieldType {
  readonly kind: "map";
  readonly atomic: boolean;
  /** True for a field of a struct, false for a key of a map. */
  declares(name: string): boolean;
  /** The type of a member; undefined when the schema does not allow it. */
  member(name: string): FieldType | undefined;
}

/** A value without a schema: scalars and lists as a whole, maps member by member. */
interface AnyFieldType {
  readonly kind: "any";
}

const ANY: AnyFieldType = { kind: "any" };
const UNTYPED_LIST: ListFieldType = {
  kind: "list",
  atomic: true,
  keys: [],
  sortedKeys: [],
  element: () => ANY,
  keyDefault: () => undefined,
};
const UNTYPED_MAP: MapFieldType = { kind: "map", atomic: false, declares: () => false, member: () => ANY };
/** What another program gives meaning to is owned as a whole. */
const RAW_EXTENSION = "io.k8s.apimachinery.pkg.runtime.RawExtension";
const RAW: MapFieldType = { kind: "map", atomic: true, declares: () => false, member: () => ANY };
const UNTYPED_SCALAR: ScalarFieldType = { kind: "scalar", scalar: "untyped" };

/** Members that an embedded object has without declaring them. */
const OBJECT_MEMBERS: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);

/** The type to use for this value: an untyped one takes the value's shape. */
export function typeFor(type: FieldType, value: unknown): Exclude<FieldType, AnyFieldType> {
  if (type.kind !== "any") return type;
  if (Array.isArray(value)) return UNTYPED_LIST;
  return isObject(value) ? UNTYPED_MAP : UNTYPED_SCALAR;
}

/** Types by schema; a schema's `$ref` is followed once. */
const caches = new WeakMap<SchemaResolver, WeakMap<Schema, FieldType>>();

/** The type that a schema describes. Its `x-kubernetes-*` members win over those of the definition it refers to. */
export function fieldTypeOf(schema: Schema, resolve: SchemaResolver): FieldType {
  let cache = caches.get(resolve);
  if (cache === undefined) {
    cache = new WeakMap();
    caches.set(resolve, cache);
  }
  let type = cache.get(schema);
  if (type === undefined) {
    type = makeType(schema, resolve);
    cache.set(schema, type);
  }
  return type;
}

function makeType(written: Schema, resolve: SchemaResolver): FieldType {
  const definition = definitionNameOf(written);
  if (opaque(definition)) return definition === RAW_EXTENSION ? RAW : ANY;
  const known = scalarKindOf(written, definition);
  if (known !== undefined) return scalarType(known);
  const schema = written.$ref === undefined ? written : resolve(written.$ref);
  const kind = scalarKindOf(schema, undefined);
  if (kind !== undefined) return scalarType(kind);
  if (schema.type === "array") return listType(written, schema, resolve);
  if (schema.properties === undefined && !isObject(schema.additionalProperties)) return ANY;
  return mapType(written, schema, resolve);
}

function scalarType(kind: string): ScalarFieldType {
  switch (kind) {
    case "bool":
      return { kind: "scalar", scalar: "boolean" };
    case "int32":
    case "int64":
    case "double":
      return { kind: "scalar", scalar: "numeric" };
    case "string":
    case "bytes":
      return { kind: "scalar", scalar: "string" };
    default:
      return UNTYPED_SCALAR;
  }
}

function listType(written: Schema, schema: Schema, resolve: SchemaResolver): ListFieldType {
  const relation = written["x-kubernetes-list-type"] ?? schema["x-kubernetes-list-type"] ?? "atomic";
  const keys = written["x-kubernetes-list-map-keys"] ?? schema["x-kubernetes-list-map-keys"] ?? [];
  const items = schema.items ?? {};
  let element: FieldType | undefined;
  const defaults = new Map<string, Json | undefined>();
  return {
    kind: "list",
    atomic: relation === "atomic",
    keys: relation === "map" ? keys : [],
    sortedKeys: relation === "map" ? keys.toSorted() : [],
    element: () => {
      element ??= fieldTypeOf(items, resolve);
      return element;
    },
    keyDefault: (key) => {
      if (!defaults.has(key)) defaults.set(key, keyDefault(items, key, resolve));
      return defaults.get(key);
    },
  };
}

/** The declared default; for built-in types a required key that is left out is Go's zero value. */
function keyDefault(items: Schema, key: string, resolve: SchemaResolver): Json | undefined {
  const item = items.$ref === undefined ? items : resolve(items.$ref);
  const member = memberOf(item.properties, key);
  if (member === undefined || member.default !== undefined) return member?.default;
  if (items.$ref === undefined || !item.required?.includes(key)) return undefined;
  return member.type === "string" ? "" : member.type === "integer" ? 0 : undefined;
}

function mapType(written: Schema, schema: Schema, resolve: SchemaResolver): MapFieldType {
  const relation = written["x-kubernetes-map-type"] ?? schema["x-kubernetes-map-type"];
  const rest = isObject(schema.additionalProperties) ? (schema.additionalProperties as Schema) : undefined;
  const open = schema["x-kubernetes-preserve-unknown-fields"] === true || schema.additionalProperties === true;
  const embedded = schema["x-kubernetes-embedded-resource"] === true;
  const declared = new Map<string, FieldType>();
  return {
    kind: "map",
    atomic: relation === "atomic",
    declares: (name) => memberOf(schema.properties, name) !== undefined,
    member: (name) => {
      const known = declared.get(name);
      if (known !== undefined) return known;
      const member = memberOf(schema.properties, name);
      if (member !== undefined) {
        const type = fieldTypeOf(member, resolve);
        declared.set(name, type);
        return type;
      }
      if (rest !== undefined) return fieldTypeOf(rest, resolve);
      return open || (embedded && OBJECT_MEMBERS.has(name)) ? ANY : undefined;
    },
  };
}
