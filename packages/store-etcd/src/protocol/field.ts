import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** How one field of a message travels: its number, and how its value is written and read. */
interface Field<T> {
  readonly number: number;
  /** The value when the field is absent. */
  readonly absent: () => T;
  write(writer: BinaryWriter, value: T): void;
  /** Reads one occurrence; `before` is what the field has so far. */
  read(reader: BinaryReader, before: T): T;
}

/** A message on the wire. Fields that are not listed are skipped when they are received and never sent. */
export interface MessageCodec<T> {
  encode(message: Partial<T>): Uint8Array;
  decode(bytes: Uint8Array): T;
}

/** The codec of a message, from its fields. */
export function message<T extends object>(fields: { readonly [Name in keyof T]-?: Field<T[Name]> }): MessageCodec<T> {
  const named = Object.entries(fields) as [string, Field<unknown>][];
  const byNumber = new Map(named.map(([name, field]) => [field.number, [name, field] as const]));
  return {
    encode: (value) => {
      const writer = new BinaryWriter();
      for (const [name, field] of named) {
        const member = (value as Record<string, unknown>)[name];
        if (member !== undefined) field.write(writer, member);
      }
      return writer.finish();
    },
    decode: (bytes) => {
      const result: Record<string, unknown> = {};
      for (const [name, field] of named) result[name] = field.absent();
      const reader = new BinaryReader(bytes);
      while (reader.pos < reader.len) {
        const [number, wireType] = reader.tag();
        const known = byNumber.get(number);
        if (known === undefined) reader.skip(wireType);
        else result[known[0]] = known[1].read(reader, result[known[0]]);
      }
      return result as T;
    },
  };
}

const NO_BYTES = new Uint8Array();

export function bytes(number: number): Field<Uint8Array> {
  return {
    number,
    absent: () => NO_BYTES,
    write: (writer, value) => void writer.tag(number, WireType.LengthDelimited).bytes(value),
    read: (reader) => reader.bytes(),
  };
}

export function text(number: number): Field<string> {
  return {
    number,
    absent: () => "",
    write: (writer, value) => void writer.tag(number, WireType.LengthDelimited).string(value),
    read: (reader) => reader.string(),
  };
}

export function flag(number: number): Field<boolean> {
  return {
    number,
    absent: () => false,
    write: (writer, value) => void writer.tag(number, WireType.Varint).bool(value),
    read: (reader) => reader.bool(),
  };
}

/** An int64 or an enumeration that fits a `number`: revisions, counts, seconds. */
export function integer(number: number): Field<number> {
  return {
    number,
    absent: () => 0,
    write: (writer, value) => void writer.tag(number, WireType.Varint).int64(value),
    read: (reader) => Number(reader.int64()),
  };
}

/** An int64 that needs all its bits: identifiers. */
export function identifier(number: number): Field<bigint> {
  return {
    number,
    absent: () => 0n,
    write: (writer, value) => void writer.tag(number, WireType.Varint).int64(value),
    read: (reader) => BigInt(reader.int64()),
  };
}

/** A message in a message; written when it is given, also when it is empty. */
export function nested<T extends object>(number: number, codec: MessageCodec<T>): Field<T | undefined> {
  return {
    number,
    absent: () => undefined,
    write: (writer, value) => {
      if (value !== undefined) writer.tag(number, WireType.LengthDelimited).bytes(codec.encode(value));
    },
    read: (reader) => codec.decode(reader.bytes()),
  };
}

/** A repeated message. */
export function repeated<T extends object>(number: number, codec: MessageCodec<T>): Field<readonly T[]> {
  return {
    number,
    absent: () => [],
    write: (writer, values) => {
      for (const value of values) writer.tag(number, WireType.LengthDelimited).bytes(codec.encode(value));
    },
    read: (reader, before) => {
      (before as T[]).push(codec.decode(reader.bytes()));
      return before;
    },
  };
}
