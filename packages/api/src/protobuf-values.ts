import { type Draft, formatMicroTime, formatTime } from "@pinnace/apimachinery";
import { malformed, type ProtobufReader } from "./protobuf-reader.ts";
import type { ValueType } from "./type-table.ts";

const utf8 = new TextDecoder();

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += 0x8000)
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  return btoa(text);
}

/** Reads the fields of a small message into a record by number; the last one wins, repeated ones by `onField`. */
function eachField(reader: ProtobufReader, onField: (field: number, wire: number) => boolean): void {
  while (!reader.done) {
    const { field, wire } = reader.tag();
    if (!onField(field, wire)) reader.skip(wire);
  }
}

/** The years 1 to 9999 lie within. */
const maxSeconds = 253_402_300_799;

/** `google.protobuf.Timestamp` in milliseconds since the epoch; null for the zero time. */
function timestamp(reader: ProtobufReader): number | null {
  let seconds = 0;
  let nanos = 0;
  eachField(reader, (field) => {
    if (field === 1) seconds = reader.varint();
    else if (field === 2) nanos = reader.varint();
    return field === 1 || field === 2;
  });
  if (Math.abs(seconds) > maxSeconds) throw malformed("proto: timestamp out of range");
  return seconds === 0 && nanos === 0 ? null : seconds * 1000 + nanos / 1e6;
}

function parseJson(text: string): Draft {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed("couldn't get version/kind; json parse error: invalid raw JSON");
  }
}

/** A message whose only field is raw JSON. */
function rawJson(reader: ProtobufReader): Draft {
  let value: Draft = null;
  eachField(reader, (field) => {
    if (field !== 1) return false;
    const bytes = reader.bytes();
    value = bytes.length === 0 ? null : parseJson(utf8.decode(bytes));
    return true;
  });
  return value;
}

function intOrString(reader: ProtobufReader): number | string {
  let type = 0;
  let number = 0;
  let text = "";
  eachField(reader, (field) => {
    if (field === 1) type = reader.varint();
    else if (field === 2) number = reader.varint();
    else if (field === 3) text = reader.string();
    return field >= 1 && field <= 3;
  });
  return type === 0 ? number : text;
}

function firstString(reader: ProtobufReader): string {
  let text = "";
  eachField(reader, (field) => {
    if (field === 1) text = reader.string();
    return field === 1;
  });
  return text;
}

function stringList(reader: ProtobufReader): string[] {
  const items: string[] = [];
  eachField(reader, (field) => {
    if (field === 1) items.push(reader.string());
    return field === 1;
  });
  return items;
}

/** Reads a schema, a flag or a list, as the three alternatives of JSON schema properties have them. */
function alternative(name: ValueType, reader: ProtobufReader, schema: (reader: ProtobufReader) => Draft): Draft {
  let allows = false;
  let single: Draft;
  const list: Draft[] = [];
  eachField(reader, (field, wire) => {
    if (wire === 0) allows = reader.varint() !== 0;
    else if (field === 1 || name === "JSONSchemaPropsOrBool") single = schema(reader.message());
    else list.push(name === "JSONSchemaPropsOrArray" ? schema(reader.message()) : reader.string());
    return true;
  });
  return single ?? (name === "JSONSchemaPropsOrBool" ? allows : list);
}

/**
 * Reads one value of a built-in value type. `schema` reads an embedded JSONSchemaProps.
 */
export function readValue(name: ValueType, reader: ProtobufReader, schema: (reader: ProtobufReader) => Draft): Draft {
  switch (name) {
    case "string":
      return reader.string();
    case "bool":
      return reader.varint() !== 0;
    case "int32":
    case "int64":
      return reader.varint();
    case "double":
      return reader.double();
    case "bytes":
      return base64(reader.bytes());
    case "StringList":
      return stringList(reader.message());
    case "Time":
    case "MicroTime": {
      const time = timestamp(reader.message());
      if (time === null) return null;
      return name === "Time" ? formatTime(time) : formatMicroTime(time);
    }
    case "Duration":
      return firstString(reader.message());
    case "Quantity":
      return firstString(reader.message()) || "0";
    case "IntOrString":
      return intOrString(reader.message());
    case "RawExtension":
    case "FieldsV1":
    case "JSON":
      return rawJson(reader.message());
    default:
      return alternative(name, reader.message(), schema);
  }
}
