import { crc32 } from "node:zlib";

/** "PNFR": where a frame begins. */
const MAGIC = 0x52464e50;
/** magic u32, payload length u32, position in the file f64, CRC-32 of the two fields before and the payload u32. */
const HEADER_LENGTH = 20;
const CHECKED_FROM = 4;
const CHECKED_TO = 16;
/** A larger buffer is given back after use. */
const KEPT_CAPACITY = 4 << 20;
const FIRST_CAPACITY = 64 << 10;

/**
 * Collects records into one frame, the unit in which a file is written: a frame is there as a whole or not at all. Its
 * position is part of it, so a frame that somebody stored as a value is never taken for one of the file.
 */
export class FrameBuilder {
  #buffer: Buffer = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
  #length = HEADER_LENGTH;

  get empty(): boolean {
    return this.#length === HEADER_LENGTH;
  }

  get length(): number {
    return this.#length;
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#length = this.#buffer.writeUInt8(value, this.#length);
  }

  u32(value: number): void {
    this.#reserve(4);
    this.#length = this.#buffer.writeUInt32LE(value, this.#length);
  }

  f64(value: number): void {
    this.#reserve(8);
    this.#length = this.#buffer.writeDoubleLE(value, this.#length);
  }

  /** Length in bytes u32, then UTF-8. */
  text(value: string): void {
    // One UTF-16 unit is at most three bytes.
    this.#reserve(4 + 3 * value.length);
    const written = this.#buffer.write(value, this.#length + 4, "utf8");
    this.#buffer.writeUInt32LE(written, this.#length);
    this.#length += 4 + written;
  }

  /** Length u32, then the bytes. */
  bytes(value: Uint8Array): void {
    this.#reserve(4 + value.length);
    this.#length = this.#buffer.writeUInt32LE(value.length, this.#length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  /** The finished frame for this position in the file; valid until the next call of another method. */
  finish(position: number): Uint8Array {
    const frame = this.#buffer.subarray(0, this.#length);
    frame.writeUInt32LE(MAGIC, 0);
    frame.writeUInt32LE(this.#length - HEADER_LENGTH, 4);
    frame.writeDoubleLE(position, 8);
    frame.writeUInt32LE(checksum(frame), 16);
    return frame;
  }

  /** Starts a new frame. */
  reset(): void {
    this.#length = HEADER_LENGTH;
    if (this.#buffer.length > KEPT_CAPACITY) this.#buffer = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}

/** What {@link parseFrame} found. */
type ParsedFrame =
  | { readonly type: "frame"; readonly payload: Buffer; readonly length: number }
  /** The buffer ends before the frame does, which has this length. */
  | { readonly type: "partial"; readonly length: number }
  | { readonly type: "damaged" };

/** Reads the frame at the beginning of `buffer`, which was read from `position` in the file. */
export function parseFrame(buffer: Buffer, position: number): ParsedFrame {
  if (buffer.length < HEADER_LENGTH) return { type: "partial", length: HEADER_LENGTH };
  if (buffer.readUInt32LE(0) !== MAGIC || buffer.readDoubleLE(8) !== position) return { type: "damaged" };
  const length = HEADER_LENGTH + buffer.readUInt32LE(4);
  if (buffer.length < length) return { type: "partial", length };
  const frame = buffer.subarray(0, length);
  if (frame.readUInt32LE(16) !== checksum(frame)) return { type: "damaged" };
  return { type: "frame", payload: frame.subarray(HEADER_LENGTH), length };
}

/** True when a whole frame lies anywhere in `buffer`, which was read from `position` in the file. */
export function containsFrame(buffer: Buffer, position: number): boolean {
  const magic = Buffer.alloc(4);
  magic.writeUInt32LE(MAGIC);
  for (let at = buffer.indexOf(magic); at >= 0; at = buffer.indexOf(magic, at + 1))
    if (parseFrame(buffer.subarray(at), position + at).type === "frame") return true;
  return false;
}

function checksum(frame: Buffer): number {
  return crc32(frame.subarray(HEADER_LENGTH), crc32(frame.subarray(CHECKED_FROM, CHECKED_TO)));
}
