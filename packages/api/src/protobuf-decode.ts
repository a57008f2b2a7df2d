import { apiVersionOf, type Draft, parseApiVersion } from "@pinnace/apimachinery";
import { typeOfKind } from "./definition-names.ts";
import { readStruct } from "./protobuf-decoder.ts";
import { malformed, ProtobufReader } from "./protobuf-reader.ts";
import { typeEntry } from "./type-table.ts";
import { completeZeroValuesOf } from "./zero-values.ts";

/** The media type of what {@link decodeProtobuf} reads. */
export const PROTOBUF_MEDIA_TYPE = "application/vnd.kubernetes.protobuf";

const magic = [0x6b, 0x38, 0x73, 0x00] as const;
const utf8 = new TextDecoder();

/** `runtime.Unknown`: the envelope of every message. */
interface Envelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Uint8Array;
  readonly contentType: string;
}

function readTypeMeta(reader: ProtobufReader): { apiVersion: string; kind: string } {
  const meta = { apiVersion: "", kind: "" };
  while (!reader.done) {
    const { field, wire } = reader.tag();
    if (field === 1) meta.apiVersion = reader.string();
    else if (field === 2) meta.kind = reader.string();
    else reader.skip(wire);
  }
  return meta;
}

function readEnvelope(bytes: Uint8Array): Envelope {
  if (magic.some((byte, index) => bytes[index] !== byte))
    throw malformed("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  const reader = new ProtobufReader(bytes, magic.length);
  let meta = { apiVersion: "", kind: "" };
  let raw: Uint8Array = new Uint8Array(0);
  let contentType = "";
  while (!reader.done) {
    const { field, wire } = reader.tag();
    if (field === 1) meta = readTypeMeta(reader.message());
    else if (field === 2) raw = reader.bytes();
    else if (field === 4) contentType = reader.string();
    else reader.skip(wire);
  }
  return { ...meta, raw, contentType };
}

/**
 * Decodes a body of `application/vnd.kubernetes.protobuf` into the object that a Go client would have sent as JSON.
 * `expected` names the kind where the envelope names none. Throws a `StatusError` 400 for anything that is no message
 * of a built-in kind.
 */
export function decodeProtobuf(
  bytes: Uint8Array,
  expected?: { readonly group: string; readonly version: string; readonly kind: string },
): { readonly object: Draft } {
  const envelope = readEnvelope(bytes);
  const apiVersion = envelope.apiVersion || (expected === undefined ? "" : apiVersionOf(expected));
  const kind = envelope.kind || (expected?.kind ?? "");
  if (envelope.contentType.includes("json")) return { object: JSON.parse(utf8.decode(envelope.raw)) };
  const { group, version } = parseApiVersion(apiVersion);
  const typeId = typeOfKind(group, version, kind);
  if (typeEntry(typeId) === undefined)
    throw malformed(`no kind "${kind}" is registered for version "${apiVersion}" in scheme "k8s.io/kubernetes"`);
  const object: Draft = { apiVersion, kind };
  readStruct(object, typeId, new ProtobufReader(envelope.raw), 0);
  completeZeroValuesOf(object, typeId);
  return { object };
}
