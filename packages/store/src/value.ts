import type { Value } from "./store.ts";

/** A {@link Value} of text (UTF-8). */
export class TextValue implements Value {
  readonly text: string;
  #bytes: Uint8Array | undefined;

  constructor(text: string) {
    this.text = text;
    Object.freeze(this);
  }

  bytes(): Uint8Array {
    this.#bytes ??= new TextEncoder().encode(this.text);
    return this.#bytes;
  }
}

/** A {@link Value} of bytes that the caller no longer changes. */
export class BytesValue implements Value {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    Object.freeze(this);
  }

  bytes(): Uint8Array {
    return this.#bytes;
  }
}
