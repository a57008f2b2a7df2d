import type { Readable } from "node:stream";
import type { KubernetesObject, WatchBody, WatchEvent } from "@pinnace/apimachinery";
import { deepFreeze } from "@pinnace/apimachinery";
import { Observable } from "rxjs";

const NEWLINE = 0x0a;

/**
 * A watch whose events arrive as JSON lines. Unsubscribing closes the stream; a stream that breaks completes the watch,
 * because the reader resumes from its last resource version either way. A line that is no JSON is an ERROR event.
 */
export function watchLines(stream: Readable): WatchBody {
  return {
    type: "watch",
    events: new Observable<WatchEvent>((subscriber) => {
      const lines = new LineBuffer();
      stream.on("data", (chunk: Uint8Array) => {
        for (const line of lines.push(chunk)) {
          if (subscriber.closed) return;
          subscriber.next(parse(line));
        }
      });
      stream.on("end", () => subscriber.complete());
      stream.on("error", () => subscriber.complete());
      stream.on("close", () => subscriber.complete());
      return () => void stream.destroy();
    }),
    encode: (event) => new TextEncoder().encode(`${JSON.stringify(event)}\n`),
  };
}

function parse(line: string): WatchEvent<KubernetesObject> {
  try {
    return deepFreeze(JSON.parse(line) as WatchEvent);
  } catch (error) {
    const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", code: 500 };
    return {
      type: "ERROR",
      object: { ...status, reason: "InternalError", message: String(error) } as KubernetesObject,
    };
  }
}

/** Cuts chunks into lines without decoding a character that two chunks share. */
class LineBuffer {
  readonly #decoder = new TextDecoder();
  #parts: Uint8Array[] = [];

  *push(chunk: Uint8Array): Iterable<string> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#parts.push(chunk.subarray(start, end));
      const line = this.#take();
      if (line !== "") yield line;
      start = end + 1;
    }
    if (start < chunk.length) this.#parts.push(chunk.subarray(start));
  }

  #take(): string {
    let line = "";
    for (const part of this.#parts) line += this.#decoder.decode(part, { stream: true });
    line += this.#decoder.decode();
    this.#parts = [];
    return line;
  }
}
