/** Bytes that may wait in a queue before its source is asked to pause. */
const HIGH_WATER = 1024 * 1024;

/** Turns pushed chunks into an async iterable with one reader. */
export class ByteQueue implements AsyncIterable<Uint8Array> {
  readonly #chunks: Uint8Array[] = [];
  readonly #onPressure: (paused: boolean) => void;
  #size = 0;
  #ended = false;
  #paused = false;
  #wake: (() => void) | undefined;

  /** `onPressure` is called with true when too much waits, and with false when the reader has caught up. */
  constructor(onPressure: (paused: boolean) => void = () => undefined) {
    this.#onPressure = onPressure;
  }

  push(chunk: Uint8Array): void {
    if (this.#ended || chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size > HIGH_WATER && !this.#paused) this.#press(true);
    this.#wake?.();
  }

  /** No more will come; what waits is still read. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk) {
        this.#size -= chunk.length;
        if (this.#paused && this.#size === 0) this.#press(false);
        yield chunk;
      } else if (this.#ended) return;
      else {
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#wake = resolve;
        await promise;
      }
    }
  }

  #press(paused: boolean): void {
    this.#paused = paused;
    this.#onPressure(paused);
  }
}
