import { createInflate, type Inflate } from "node:zlib";
import { SPDY_DICTIONARY, SPDY_DICTIONARY_ID } from "./spdy-dictionary.ts";

/** Header names are lower case; values with several parts are joined by NUL on the wire and stay so. */
export type SpdyHeaders = Readonly<Record<string, string>>;

/** The frames that exec, attach and port-forward use. */
export type SpdyFrame =
  | { readonly type: "syn-stream"; readonly id: number; readonly fin: boolean; readonly headers: Buffer }
  | { readonly type: "syn-reply"; readonly id: number; readonly fin: boolean; readonly headers: Buffer }
  | { readonly type: "headers"; readonly id: number; readonly fin: boolean; readonly headers: Buffer }
  | { readonly type: "data"; readonly id: number; readonly fin: boolean; readonly data: Buffer }
  | { readonly type: "reset"; readonly id: number; readonly status: number }
  | { readonly type: "ping"; readonly id: number }
  | { readonly type: "goaway" }
  | { readonly type: "other" };

const VERSION = 3;
const CONTROL = 0x80;
const FIN = 1;
const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;
const GOAWAY = 7;
const HEADERS = 8;
const FRAME_HEADER = 8;
/** Data is cut into frames of at most this many bytes. */
const MAX_DATA = 32 * 1024;
const MAX_STORED_BLOCK = 0xffff;

/** Cuts a byte stream into frames, whatever the chunks it comes in. */
export class SpdyParser {
  #pending: Buffer = Buffer.alloc(0);

  *push(chunk: Uint8Array): Iterable<SpdyFrame> {
    this.#pending = this.#pending.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#pending, chunk]);
    let offset = 0;
    while (this.#pending.length - offset >= FRAME_HEADER) {
      const length = this.#pending.readUIntBE(offset + 5, 3);
      const end = offset + FRAME_HEADER + length;
      if (this.#pending.length < end) break;
      yield parseFrame(this.#pending.subarray(offset, end));
      offset = end;
    }
    this.#pending = this.#pending.subarray(offset);
  }
}

function parseFrame(frame: Buffer): SpdyFrame {
  const fin = ((frame[4] ?? 0) & FIN) !== 0;
  const body = frame.subarray(FRAME_HEADER);
  if (((frame[0] ?? 0) & CONTROL) === 0)
    return { type: "data", id: frame.readUInt32BE(0) & 0x7fffffff, fin, data: body };
  const type = frame.readUInt16BE(2);
  if (type === GOAWAY) return { type: "goaway" };
  if (body.length < 4) return { type: "other" };
  const id = body.readUInt32BE(0) & 0x7fffffff;
  if (type === SYN_STREAM) return { type: "syn-stream", id, fin, headers: body.subarray(10) };
  if (type === SYN_REPLY) return { type: "syn-reply", id, fin, headers: body.subarray(4) };
  if (type === HEADERS) return { type: "headers", id, fin, headers: body.subarray(4) };
  if (type === RST_STREAM) return { type: "reset", id, status: body.readUInt32BE(4) };
  return type === PING ? { type: "ping", id: body.readUInt32BE(0) } : { type: "other" };
}

/** Reads header blocks: one zlib stream over all of them. Calls must not overlap. */
export class HeaderReader {
  readonly #inflate: Inflate = createInflate({ dictionary: SPDY_DICTIONARY });
  #output: Buffer[] = [];

  constructor() {
    this.#inflate.on("data", (chunk: Buffer) => this.#output.push(chunk));
  }

  /** Rejects when the block is no zlib data. */
  async read(block: Buffer): Promise<SpdyHeaders> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#inflate.once("error", reject);
    this.#inflate.write(block, () => this.#inflate.flush(() => resolve()));
    await promise;
    this.#inflate.off("error", reject);
    const bytes = Buffer.concat(this.#output);
    this.#output = [];
    return parseHeaders(bytes);
  }

  close(): void {
    this.#inflate.destroy();
  }
}

function parseHeaders(bytes: Buffer): SpdyHeaders {
  const headers: Record<string, string> = {};
  let offset = 4;
  const text = (): string => {
    const length = bytes.readUInt32BE(offset);
    const value = bytes.toString("latin1", offset + 4, offset + 4 + length);
    offset += 4 + length;
    return value;
  };
  for (let left = bytes.readUInt32BE(0); left > 0; left--) {
    const name = text();
    headers[name] = text();
  }
  return headers;
}

/**
 * Writes frames. Header blocks are zlib "stored" blocks made by hand: no state besides the stream's beginning, no
 * waiting. Each is followed by an empty stored block, at which Go's inflate flushes.
 */
export class SpdyWriter {
  #began = false;

  synStream(id: number, headers: SpdyHeaders, fin: boolean): Buffer {
    const body = Buffer.alloc(10);
    body.writeUInt32BE(id);
    return control(SYN_STREAM, fin ? FIN : 0, Buffer.concat([body, this.#block(headers)]));
  }

  synReply(id: number, headers: SpdyHeaders): Buffer {
    return control(SYN_REPLY, 0, Buffer.concat([uint32(id), this.#block(headers)]));
  }

  *data(id: number, data: Uint8Array, fin: boolean): Iterable<Buffer> {
    for (let offset = 0; offset === 0 || offset < data.length; offset += MAX_DATA) {
      const part = data.subarray(offset, offset + MAX_DATA);
      const header = Buffer.alloc(FRAME_HEADER);
      header.writeUInt32BE(id);
      header.writeUInt32BE(part.length, 4);
      header[4] = fin && offset + MAX_DATA >= data.length ? FIN : 0;
      yield Buffer.concat([header, part]);
    }
  }

  ping(id: number): Buffer {
    return control(PING, 0, uint32(id));
  }

  reset(id: number, status: number): Buffer {
    return control(RST_STREAM, 0, Buffer.concat([uint32(id), uint32(status)]));
  }

  goAway(lastId: number): Buffer {
    return control(GOAWAY, 0, Buffer.concat([uint32(lastId), uint32(0)]));
  }

  #block(headers: SpdyHeaders): Buffer {
    const entries = Object.entries(headers);
    const fields = entries.flatMap((entry) => entry.map((text) => Buffer.from(text, "latin1")));
    const plain = Buffer.concat([uint32(entries.length), ...fields.flatMap((field) => [uint32(field.length), field])]);
    const parts: Buffer[] = [];
    if (!this.#began) parts.push(Buffer.from([0x78, 0x20]), uint32(SPDY_DICTIONARY_ID));
    this.#began = true;
    for (let offset = 0; offset < plain.length; offset += MAX_STORED_BLOCK)
      parts.push(stored(plain.subarray(offset, offset + MAX_STORED_BLOCK)));
    parts.push(stored(Buffer.alloc(0)));
    return Buffer.concat(parts);
  }
}

function stored(data: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt16LE(data.length, 1);
  header.writeUInt16LE(~data.length & 0xffff, 3);
  return Buffer.concat([header, data]);
}

function control(type: number, flags: number, body: Buffer): Buffer {
  const header = Buffer.alloc(FRAME_HEADER);
  header.writeUInt16BE(0x8000 | VERSION);
  header.writeUInt16BE(type, 2);
  header.writeUInt32BE(body.length, 4);
  header[4] = flags;
  return Buffer.concat([header, body]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
