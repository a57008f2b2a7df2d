import type { Draft } from "@pinnace/apimachinery";
import { BYTES, FIXED64, malformed, type ProtobufReader, VARINT } from "./protobuf-reader.ts";
import { readValue } from "./protobuf-values.ts";
import { type TypeField, type TypeRef, typeEntry } from "./type-table.ts";

/** Messages may contain messages this deep. */
const maxDepth = 500;

const schemaType = "apiextensions/v1.JSONSchemaProps";

/** How the field of one number is read into an object. */
type FieldReader = (object: Draft, reader: ProtobufReader, wire: number, depth: number) => void;

const fieldReaders = new Map<string, ReadonlyMap<number, FieldReader>>();

/** Sets a member whatever its name, `__proto__` included. */
function setMember(object: Draft, name: string, value: unknown): void {
  if (name === "__proto__")
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  else object[name] = value;
}

function wireOf(type: TypeRef): number {
  if (type.form !== "value") return BYTES;
  if (type.name === "bool" || type.name === "int32" || type.name === "int64") return VARINT;
  return type.name === "double" ? FIXED64 : BYTES;
}

function readOne(type: TypeRef, reader: ProtobufReader, depth: number): Draft {
  if (depth > maxDepth) throw malformed("proto: exceeded maximum recursion depth");
  switch (type.form) {
    case "pointer":
      return readOne(type.of, reader, depth);
    case "struct":
      return readStruct({}, type.id, reader.message(), depth + 1);
    case "value":
      return readValue(type.name, reader, (message) => readStruct({}, schemaType, message, depth + 1));
    default:
      throw malformed("proto: nested lists and maps have no encoding");
  }
}

function readEntry(object: Draft, of: TypeRef, reader: ProtobufReader, depth: number): void {
  let key = "";
  let value: Draft;
  while (!reader.done) {
    const { field, wire } = reader.tag();
    if (field === 1) key = reader.string();
    else if (field === 2) value = readOne(of, reader, depth + 1);
    else reader.skip(wire);
  }
  setMember(object, key, value ?? zeroElement(of));
}

/** What an entry without a value holds. */
function zeroElement(type: TypeRef): Draft {
  if (type.form !== "value") return {};
  if (type.name === "StringList") return [];
  return type.name === "Quantity" ? "0" : "";
}

function check(field: TypeField, expected: number, wire: number): void {
  if (wire !== expected) throw malformed(`proto: wrong wireType = ${wire} for field ${field.json}`);
}

/** Numbers may come packed: one run of bytes with all of them. */
function readItems(list: Draft[], type: TypeRef, reader: ProtobufReader, wire: number, depth: number): void {
  if (wire !== BYTES || wireOf(type) === BYTES) {
    list.push(readOne(type, reader, depth));
    return;
  }
  const packed = reader.message();
  while (!packed.done) list.push(readOne(type, packed, depth));
}

function fieldReader(field: TypeField): FieldReader {
  const type = field.type.form === "pointer" ? field.type.of : field.type;
  if (field.json === "" && type.form === "struct")
    return (object, reader, _wire, depth) => readStruct(object, type.id, reader.message(), depth + 1);
  if (type.form === "list")
    return (object, reader, wire, depth) => {
      if (wire !== BYTES) check(field, wireOf(type.of), wire);
      object[field.json] ??= [];
      readItems(object[field.json], type.of, reader, wire, depth);
    };
  if (type.form === "map")
    return (object, reader, wire, depth) => {
      check(field, BYTES, wire);
      object[field.json] ??= {};
      readEntry(object[field.json], type.of, reader.message(), depth);
    };
  const expected = wireOf(type);
  return (object, reader, wire, depth) => {
    check(field, expected, wire);
    if (type.form === "struct" && typeof object[field.json] === "object")
      readStruct(object[field.json], type.id, reader.message(), depth + 1);
    else object[field.json] = readOne(type, reader, depth);
  };
}

function readersOf(typeId: string): ReadonlyMap<number, FieldReader> {
  let readers = fieldReaders.get(typeId);
  if (readers === undefined) {
    const fields = typeEntry(typeId)?.fields ?? [];
    readers = new Map(fields.filter((field) => field.number > 0).map((field) => [field.number, fieldReader(field)]));
    fieldReaders.set(typeId, readers);
  }
  return readers;
}

/** Reads a message of a built-in type into a draft; unknown fields are passed over. */
export function readStruct(object: Draft, typeId: string, reader: ProtobufReader, depth: number): Draft {
  const readers = readersOf(typeId);
  while (!reader.done) {
    const { field, wire } = reader.tag();
    const read = readers.get(field);
    if (read === undefined) reader.skip(wire);
    else read(object, reader, wire, depth);
  }
  return object;
}
