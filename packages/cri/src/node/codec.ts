import { create, createFileRegistry, type DescMessage, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { FieldDescriptorProto_Label, FieldDescriptorProto_Type, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { MESSAGES, type MessageSpec } from "./messages.ts";

const PACKAGE = "pinnace.cri";

const SCALARS: Readonly<Record<string, FieldDescriptorProto_Type>> = {
  string: FieldDescriptorProto_Type.STRING,
  bytes: FieldDescriptorProto_Type.BYTES,
  bool: FieldDescriptorProto_Type.BOOL,
  int32: FieldDescriptorProto_Type.INT32,
  uint32: FieldDescriptorProto_Type.UINT32,
  int64: FieldDescriptorProto_Type.INT64,
  uint64: FieldDescriptorProto_Type.UINT64,
};

/** A decoded or to be encoded message: members in camelCase, 64-bit integers as `bigint`, bytes as `Uint8Array`. */
export type Fields = Readonly<Record<string, unknown>>;

/** Encodes and decodes the messages of {@link MESSAGES} by name. */
export interface Codec {
  encode(name: string, fields: Fields): Uint8Array;
  decode(name: string, bytes: Uint8Array): Fields;
}

type FieldInit = Partial<Message<"google.protobuf.FieldDescriptorProto">> & Record<string, unknown>;

const entryName = (field: string): string =>
  `${field.replace(/(^|_)([a-z])/g, (_all, _dash, letter: string) => letter.toUpperCase())}Entry`;

function fieldInit(message: string, name: string, [number, type]: readonly [number, string]): FieldInit {
  const repeated = type.startsWith("repeated ") || type.startsWith("map<");
  const label = repeated ? FieldDescriptorProto_Label.REPEATED : FieldDescriptorProto_Label.OPTIONAL;
  const single = type.replace("repeated ", "");
  const base = { name, number, label };
  if (type.startsWith("map<")) {
    return { ...base, type: FieldDescriptorProto_Type.MESSAGE, typeName: `.${PACKAGE}.${message}.${entryName(name)}` };
  }
  const scalar = SCALARS[single];
  if (scalar !== undefined) return { ...base, type: scalar };
  return { ...base, type: FieldDescriptorProto_Type.MESSAGE, typeName: `.${PACKAGE}.${single}` };
}

/** Maps are repeated entries with a key and a value on the wire. */
function entryInit(field: string): object {
  const { STRING } = FieldDescriptorProto_Type;
  const label = FieldDescriptorProto_Label.OPTIONAL;
  return {
    name: entryName(field),
    options: { mapEntry: true },
    field: [
      { name: "key", number: 1, label, type: STRING },
      { name: "value", number: 2, label, type: STRING },
    ],
  };
}

function messageInit([name, spec]: readonly [string, MessageSpec]): object {
  const fields = Object.entries(spec);
  return {
    name,
    field: fields.map(([field, value]) => fieldInit(name, field, value)) satisfies readonly FieldInit[],
    nestedType: fields.filter(([, [, type]]) => type.startsWith("map<")).map(([field]) => entryInit(field)),
  };
}

export function createCodec(): Codec {
  const file = {
    name: "pinnace/cri.proto",
    package: PACKAGE,
    syntax: "proto3",
    messageType: Object.entries(MESSAGES).map(messageInit),
  };
  const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: [file as never] }));
  const find = (name: string): DescMessage => {
    const description = registry.getMessage(`${PACKAGE}.${name}`);
    if (description === undefined) throw new TypeError(`no message ${name}`);
    return description;
  };
  return {
    encode: (name, fields) => toBinary(find(name), create(find(name), fields as never)),
    decode: (name, bytes) => fromBinary(find(name), bytes) as unknown as Fields,
  };
}
