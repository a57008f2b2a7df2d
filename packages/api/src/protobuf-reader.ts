import { StatusError } from "@pinnace/apimachinery";

/** The wire types of protocol buffers. */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
const FIXED32 = 5;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** A message that cannot be read: 400. */
export function malformed(message: string): StatusError {
  return new StatusError(400, "BadRequest", message);
}

/** Reads the wire format of protocol buffers from a slice of bytes. Every method advances past what it read. */
export class ProtobufReader {
  readonly #bytes: Uint8Array;
  #position: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
  }

  get done(): boolean {
    return this.#position >= this.#end;
  }

  /** A varint up to 2^53; larger ones lose precision. Negative numbers are ten bytes long. */
  varint(): number {
    let result = 0;
    let scale = 1;
    for (let count = 0; count < 10; count++) {
      const byte = this.#byte();
      if (count === 9) return this.#negative();
      result += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) return result;
    }
    throw malformed("proto: integer overflow");
  }

  /** A ten-byte varint is a negative number in two's complement. */
  #negative(): number {
    let value = 0n;
    for (let index = 0; index < 10; index++)
      value |= BigInt(this.#bytes[this.#position - 10 + index]! & 0x7f) << BigInt(7 * index);
    return Number(BigInt.asIntN(64, value));
  }

  #byte(): number {
    if (this.#position >= this.#end) throw malformed("unexpected EOF");
    return this.#bytes[this.#position++]!;
  }

  double(): number {
    const start = this.#advance(8);
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + start, 8).getFloat64(0, true);
  }

  #advance(length: number): number {
    const start = this.#position;
    if (length < 0 || start + length > this.#end) throw malformed("unexpected EOF");
    this.#position = start + length;
    return start;
  }

  /** The next tag as field number and wire type. */
  tag(): { readonly field: number; readonly wire: number } {
    const tag = this.varint();
    return { field: Math.floor(tag / 8), wire: tag & 7 };
  }

  bytes(): Uint8Array {
    const length = this.varint();
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** A reader of the embedded message that follows. */
  message(): ProtobufReader {
    const length = this.varint();
    const start = this.#advance(length);
    return new ProtobufReader(this.#bytes, start, start + length);
  }

  string(): string {
    const bytes = this.bytes();
    try {
      return utf8.decode(bytes);
    } catch {
      throw malformed("proto: string contains invalid UTF-8");
    }
  }

  /** Passes over a field that nobody knows. */
  skip(wire: number): void {
    if (wire === VARINT) this.varint();
    else if (wire === FIXED64) this.#advance(8);
    else if (wire === BYTES) this.#advance(this.varint());
    else if (wire === FIXED32) this.#advance(4);
    else throw malformed(`proto: illegal wireType ${wire}`);
  }
}
