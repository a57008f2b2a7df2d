import type { LogLine } from "@pinnace/cri";
import type { LogOptions } from "./log-options.ts";

/** Lines as a client reads them: filtered, with timestamps when asked for, cut at `limitBytes`. */
export async function* logText(lines: AsyncIterable<LogLine>, options: LogOptions): AsyncIterable<Uint8Array> {
  const encoder = new TextEncoder();
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  let continued = false;
  for await (const line of lines) {
    if (options.since !== undefined && Date.parse(line.timestamp) < options.since) continue;
    if (options.stream !== "All" && options.stream.toLowerCase() !== line.stream) continue;
    const prefix = options.timestamps && !continued ? `${line.timestamp} ` : "";
    continued = line.partial;
    const bytes = encoder.encode(`${prefix}${line.text}${line.partial ? "" : "\n"}`);
    yield bytes.length <= left ? bytes : bytes.subarray(0, left);
    left -= bytes.length;
    if (left <= 0) return;
  }
}
