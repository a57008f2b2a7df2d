/** DNS over TCP puts two bytes of length before each message (RFC 1035 section 4.2.2). */
export function frameTcp(message: Uint8Array): Uint8Array {
  const framed = new Uint8Array(message.length + 2);
  framed[0] = message.length >> 8;
  framed[1] = message.length & 0xff;
  framed.set(message, 2);
  return framed;
}

/** Cuts a stream of bytes into messages. */
export class TcpFrames {
  #rest: Uint8Array = new Uint8Array();

  /** The messages that `chunk` completes. */
  add(chunk: Uint8Array): readonly Uint8Array[] {
    const bytes = new Uint8Array(this.#rest.length + chunk.length);
    bytes.set(this.#rest);
    bytes.set(chunk, this.#rest.length);
    const messages: Uint8Array[] = [];
    let offset = 0;
    while (bytes.length - offset >= 2) {
      const length = (bytes[offset]! << 8) | bytes[offset + 1]!;
      if (bytes.length - offset - 2 < length) break;
      messages.push(bytes.slice(offset + 2, offset + 2 + length));
      offset += 2 + length;
    }
    this.#rest = bytes.slice(offset);
    return messages;
  }
}
