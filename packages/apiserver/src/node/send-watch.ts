import type { ServerResponse } from "node:http";
import type { ApiResponse, WatchBody, WatchEvent } from "@pinnace/apimachinery";

/** A watcher that has this many events yet to read, beyond those that it began with, is cut off: it lists again. */
const BACKLOG = 10_000;
/** Bytes and events that are encoded before others have a turn of the event loop. */
const TURN_BYTES = 256 * 1024;
const TURN_EVENTS = 200;

/**
 * Writes the events of a watch as lines. Those of one turn of the event loop leave together; a client that reads slowly
 * keeps its events waiting, not their bytes.
 */
export function sendWatch(
  response: ServerResponse,
  { status, headers }: ApiResponse,
  body: WatchBody,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(status, headers);
  response.flushHeaders?.();
  return new Promise((resolve) => new WatchWriter(response, body, resolve).start(signal));
}

/** Those that have something to write in this turn of the event loop. */
let waiting: WatchWriter[] = [];

/** One callback of the event loop serves all watches, of which a change may concern thousands. */
function atEndOfTurn(writer: WatchWriter): void {
  waiting.push(writer);
  if (waiting.length > 1) return;
  setImmediate(() => {
    const writers = waiting;
    waiting = [];
    for (const each of writers) each.flush();
    last = undefined;
  });
}

/** What was joined last: watchers of the same objects have the same lines to write. */
let last: { readonly lines: readonly Uint8Array[]; readonly bytes: Uint8Array } | undefined;

function joined(lines: readonly Uint8Array[]): Uint8Array {
  if (lines.length === 1) return lines[0]!;
  if (last?.lines.length === lines.length && last.lines.every((line, index) => line === lines[index]))
    return last.bytes;
  last = { lines, bytes: Buffer.concat(lines) };
  return last.bytes;
}

class WatchWriter {
  readonly #response: ServerResponse;
  readonly #body: WatchBody;
  readonly #done: () => void;
  readonly #events: WatchEvent[] = [];
  /** How many of `#events` are written already. */
  #sent = 0;
  /** Of the events that wait, those that the watch began with. */
  #initial = Number.POSITIVE_INFINITY;
  #scheduled = false;
  /** The client reads slower than the watch writes. */
  #blocked = false;
  #completed = false;
  #finished = false;
  #unsubscribe: () => void = () => undefined;

  constructor(response: ServerResponse, body: WatchBody, done: () => void) {
    this.#response = response;
    this.#body = body;
    this.#done = done;
  }

  start(signal: AbortSignal): void {
    const subscription = this.#body.events.subscribe({
      next: (event) => this.#next(event),
      complete: () => {
        this.#completed = true;
        this.#schedule();
      },
    });
    this.#initial = this.#events.length;
    this.#unsubscribe = () => subscription.unsubscribe();
    this.#response.on("drain", () => {
      this.#blocked = false;
      this.#schedule();
    });
    if (signal.aborted) this.#finish();
    else signal.addEventListener("abort", () => this.#finish(), { once: true });
  }

  #next(event: WatchEvent): void {
    this.#events.push(event);
    if (this.#events.length - this.#sent > BACKLOG + this.#initial) {
      this.#finish();
      this.#response.destroy();
    } else this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    atEndOfTurn(this);
  }

  flush(): void {
    this.#scheduled = false;
    if (this.#finished || this.#blocked) return;
    const lines = this.#take();
    if (lines.length > 0) this.#blocked = !this.#response.write(joined(lines));
    if (this.#events.length > 0) this.#schedule();
    else if (this.#completed) this.#finish();
  }

  /** The lines of one turn. */
  #take(): Uint8Array[] {
    const lines: Uint8Array[] = [];
    let size = 0;
    while (this.#sent < this.#events.length && size < TURN_BYTES && lines.length < TURN_EVENTS) {
      const line = this.#body.encode(this.#events[this.#sent]!);
      this.#sent += 1;
      size += line.length;
      lines.push(line);
    }
    this.#initial = Math.max(0, this.#initial - lines.length);
    if (this.#sent === this.#events.length) {
      this.#events.length = 0;
      this.#sent = 0;
    }
    return lines;
  }

  #finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#unsubscribe();
    this.#response.end();
    this.#done();
  }
}
