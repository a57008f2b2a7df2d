import { type TypeRef, typeEntry } from "../src/type-table.ts";

// biome-ignore lint/suspicious/noExplicitAny: objects of any kind
type Json = any;

const utf8 = new TextEncoder();

function varint(value: number): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}

/** A field of bytes. */
export function bytesField(number: number, bytes: readonly number[] | Uint8Array): number[] {
  return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
}

/** A field of text. */
export function textField(number: number, text: string): number[] {
  return bytesField(number, utf8.encode(text));
}

/** A field of a whole number. */
export function numberField(number: number, value: number): number[] {
  return [...varint(number * 8), ...varint(value)];
}

function timeBytes(value: string | null): number[] {
  if (value === null) return [];
  const milliseconds = Date.parse(value);
  const seconds = Math.floor(milliseconds / 1000);
  const micros = Number(/\.(\d{6})Z$/.exec(value)?.[1] ?? "0");
  return [...numberField(1, seconds), ...numberField(2, micros * 1000)];
}

function double(value: number): number[] {
  return [...new Uint8Array(new Float64Array([value]).buffer)];
}

function valueField(number: number, name: string, value: Json): number[] {
  switch (name) {
    case "string":
      return textField(number, value);
    case "bool":
      return numberField(number, value ? 1 : 0);
    case "int32":
    case "int64":
      return numberField(number, value);
    case "double":
      return [...varint(number * 8 + 1), ...double(value)];
    case "bytes":
      return bytesField(
        number,
        Uint8Array.from(atob(value), (char) => char.charCodeAt(0)),
      );
    case "Time":
    case "MicroTime":
      return bytesField(number, timeBytes(value));
    case "Quantity":
      return bytesField(number, textField(1, value));
    case "StringList":
      return bytesField(
        number,
        (value as string[]).flatMap((item) => textField(1, item)),
      );
    case "IntOrString":
      return bytesField(
        number,
        typeof value === "number"
          ? [...numberField(1, 0), ...numberField(2, value)]
          : [...numberField(1, 1), ...textField(3, value)],
      );
    default:
      return bytesField(number, textField(1, JSON.stringify(value)));
  }
}

function field(number: number, type: TypeRef, value: Json): number[] {
  if (value === null) return [];
  switch (type.form) {
    case "pointer":
      return field(number, type.of, value);
    case "list":
      return (value as Json[]).flatMap((item) => field(number, type.of, item));
    case "map":
      return Object.entries(value).flatMap(([key, member]) =>
        bytesField(number, [...textField(1, key), ...field(2, type.of, member)]),
      );
    case "struct":
      return bytesField(number, encodeStruct(type.id, value));
    case "value":
      return valueField(number, type.name, value);
  }
}

/** A message of a built-in type, fields in the order of their numbers. */
export function encodeStruct(typeId: string, object: Json): number[] {
  return (typeEntry(typeId)?.fields ?? []).flatMap((each) => {
    if (each.number === 0) return [];
    if (each.json === "")
      return each.type.form === "struct" ? bytesField(each.number, encodeStruct(each.type.id, object)) : [];
    return object[each.json] === undefined ? [] : field(each.number, each.type, object[each.json]);
  });
}

/** A message as a Go client sends it. */
export function encodeObject(typeId: string, object: Json): Uint8Array {
  const meta = [...textField(1, object.apiVersion), ...textField(2, object.kind)];
  const raw = encodeStruct(typeId, object);
  return Uint8Array.from([0x6b, 0x38, 0x73, 0x00, ...bytesField(1, meta), ...bytesField(2, raw)]);
}
