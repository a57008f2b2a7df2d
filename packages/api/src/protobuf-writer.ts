const utf8 = new TextEncoder();

/** Writes the wire format of protocol buffers into one growing buffer. */
export class ProtobufWriter {
  #bytes: Uint8Array = new Uint8Array(1024);
  #length = 0;

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }

  #raw(value: number): void {
    this.#reserve(10);
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  /** A whole number that is not negative. */
  varint(field: number, value: number): void {
    this.#raw(field * 8);
    this.#raw(value);
  }

  double(field: number, value: number): void {
    this.#raw(field * 8 + 1);
    this.#reserve(8);
    new DataView(this.#bytes.buffer).setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  text(field: number, value: string): void {
    const bytes = utf8.encode(value);
    this.#raw(field * 8 + 2);
    this.#raw(bytes.length);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** An embedded message that `write` fills. */
  message(field: number, write: (writer: ProtobufWriter) => void): void {
    this.#raw(field * 8 + 2);
    const start = this.#length;
    write(this);
    this.#prefixLength(start);
  }

  /** Moves what was written since `start` to make room for its length. */
  #prefixLength(start: number): void {
    const size = this.#length - start;
    const room = size < 1 << 7 ? 1 : size < 1 << 14 ? 2 : size < 1 << 21 ? 3 : size < 1 << 28 ? 4 : 5;
    this.#reserve(room);
    this.#bytes.copyWithin(start + room, start, this.#length);
    this.#length = start;
    this.#raw(size);
    this.#length += size;
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}
