import { type CelType, listType, mapType, objectType } from "./cel-type.ts";

/** A member of an object type. `name` is a CEL identifier: see `escapeIdentifier`. */
export interface DeclField {
  readonly name: string;
  readonly type: DeclType;
}

/**
 * A type that knows the sizes of its values, from a schema. The type checker sees {@link celType} and finds the fields
 * of objects by their name; the cost estimate uses {@link maxElements}. Immutable.
 */
export interface DeclType {
  readonly name: string;
  readonly celType: CelType;
  /** Of objects: escaped field name to field. */
  readonly fields?: ReadonlyMap<string, DeclField>;
  /** Of maps. */
  readonly keyType?: DeclType;
  /** Of lists and maps. */
  readonly elementType?: DeclType;
  /** Characters, bytes, items or entries at most; -1 and 0 are "unknown", as upstream has it. */
  readonly maxElements: number;
  /** The smallest JSON text of a value, in bytes. */
  readonly minSerializedSize: number;
}

/** A type without parts, such as `int` or `string`. */
export function simpleDecl(name: string, celType: CelType, minSerializedSize: number, maxElements = 0): DeclType {
  return { name, celType, minSerializedSize, maxElements };
}

/** A list; `maxItems` is what the cost of going through it is estimated by. */
export function listDecl(elementType: DeclType, maxItems: number): DeclType {
  return {
    name: "list",
    celType: listType(elementType.celType),
    elementType,
    maxElements: maxItems,
    minSerializedSize: 2,
  };
}

export function mapDecl(keyType: DeclType, elementType: DeclType, maxProperties: number): DeclType {
  const celType = mapType(keyType.celType, elementType.celType);
  return { name: "map", celType, keyType, elementType, maxElements: maxProperties, minSerializedSize: 2 };
}

/** An object with fields; `name` is how the type checker calls and finds it. */
export function objectDecl(name: string, fields: Iterable<DeclField>, minSerializedSize = 2): DeclType {
  const byName = new Map([...fields].map((field) => [field.name, field]));
  return { name, celType: objectType(name), fields: byName, maxElements: 0, minSerializedSize };
}

/**
 * The same type with names for all objects in it that are still called `object`: `name`, `name.spec`,
 * `name.containers.@idx`, `name.labels.@elem`. An environment can only hold objects with different names.
 */
export function nameDecl(type: DeclType, name: string): DeclType {
  if (type.fields !== undefined) return nameObject(type, type.name === "object" ? name : type.name);
  if (type.elementType === undefined) return type;
  const element = nameDecl(type.elementType, `${name}.${type.keyType === undefined ? "@idx" : "@elem"}`);
  if (element === type.elementType) return type;
  return type.keyType === undefined
    ? listDecl(element, type.maxElements)
    : mapDecl(type.keyType, element, type.maxElements);
}

function nameObject(type: DeclType, name: string): DeclType {
  let changed = type.name !== name;
  const fields: DeclField[] = [];
  for (const field of type.fields?.values() ?? []) {
    const named = nameDecl(field.type, `${name}.${field.name}`);
    changed ||= named !== field.type;
    fields.push(named === field.type ? field : { name: field.name, type: named });
  }
  return changed ? objectDecl(name, fields, type.minSerializedSize) : type;
}
