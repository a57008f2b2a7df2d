/** An answer as a load generator needs it. */
export interface Answer {
  readonly status: number;
  /** Bytes of the body, without its framing. */
  readonly length: number;
  /** The body, when it was to be kept or the status is not the expected one. */
  readonly body: Buffer | undefined;
}

const HEAD_END = Buffer.from("\r\n\r\n");
const EMPTY = Buffer.alloc(0);

/** Reads HTTP/1.1 answers of one connection, one after the other; only what API servers send. */
export class ResponseParser {
  readonly #onAnswer: (answer: Answer) => void;
  readonly #keep: (status: number) => boolean;
  /** What of the head or a chunk's frame has come. */
  #pending: Buffer = EMPTY;
  #status = 0;
  /** In a body: the bytes of it, or of its present chunk, that have not come. -1: the head is read. */
  #left = -1;
  #chunked = false;
  /** Of the body. */
  #length = 0;
  #kept: Buffer[] | undefined;

  constructor(onAnswer: (answer: Answer) => void, keep: (status: number) => boolean) {
    this.#onAnswer = onAnswer;
    this.#keep = keep;
  }

  push(data: Buffer): void {
    let rest = this.#pending.length === 0 ? data : Buffer.concat([this.#pending, data]);
    this.#pending = EMPTY;
    while (rest.length > 0) {
      const next = this.#step(rest);
      if (next === undefined) {
        this.#pending = rest;
        return;
      }
      rest = next;
    }
  }

  /** What remains of the data after one step; undefined when more must come first. */
  #step(data: Buffer): Buffer | undefined {
    if (this.#left < 0) return this.#head(data);
    if (this.#left > 0) return this.#body(data);
    return this.#chunkSize(data);
  }

  #head(data: Buffer): Buffer | undefined {
    const end = data.indexOf(HEAD_END);
    if (end < 0) return undefined;
    const head = data.toString("latin1", 0, end).toLowerCase();
    this.#status = Number(head.slice(9, 12));
    this.#length = 0;
    this.#kept = this.#keep(this.#status) ? [] : undefined;
    this.#chunked = head.includes("\ntransfer-encoding: chunked");
    const at = head.indexOf("\ncontent-length: ");
    this.#left = this.#chunked || at < 0 ? 0 : Number.parseInt(head.slice(at + 17, at + 32), 10);
    if (this.#left === 0 && !this.#chunked) this.#finish();
    return data.subarray(end + HEAD_END.length);
  }

  #body(data: Buffer): Buffer {
    const part = data.subarray(0, this.#left);
    this.#left -= part.length;
    this.#length += part.length;
    this.#kept?.push(part);
    if (this.#left === 0 && !this.#chunked) this.#finish();
    return data.subarray(part.length);
  }

  /** Between chunks: the line end of the one before, and the size of the next. */
  #chunkSize(data: Buffer): Buffer | undefined {
    const start = data[0] === 13 ? 2 : 0;
    const end = data.indexOf(13, start);
    if (end < 0 || data.length < end + 2) return undefined;
    const size = Number.parseInt(data.toString("latin1", start, end), 16);
    if (size === 0) {
      if (data.length < end + 4) return undefined;
      this.#finish();
      return data.subarray(end + 4);
    }
    this.#left = size;
    return data.subarray(end + 2);
  }

  #finish(): void {
    const body = this.#kept === undefined ? undefined : Buffer.concat(this.#kept);
    this.#left = -1;
    this.#onAnswer({ status: this.#status, length: this.#length, body });
  }
}
