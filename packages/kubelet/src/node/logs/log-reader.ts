import { createReadStream, watch } from "node:fs";
import { type FileHandle, open, readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import type { Clock } from "@pinnace/clock";
import type { LogLine } from "@pinnace/cri";
import { parseCriLine } from "./cri-line.ts";

const BLOCK = 64 * 1024;
/** Milliseconds after which a followed file is looked at even when nothing announced a change. */
const POLL = 1000;

interface ReadLogOptions {
  readonly follow: boolean;
  readonly tailLines?: number;
  readonly signal: AbortSignal;
  readonly running: () => Promise<boolean>;
}

/** The lines of a CRI log file: rotated files first, then the current one, then (when followed) what is appended. */
export async function* readCriLog(path: string, options: ReadLogOptions, clock: Clock): AsyncIterable<LogLine> {
  const { tailLines } = options;
  const start =
    tailLines === undefined ? { offset: 0, missing: Number.POSITIVE_INFINITY } : await tailStart(path, tailLines);
  if (start.missing > 0) yield* rotatedLines(path, start.missing);
  yield* currentLines(path, start.offset, options, clock);
}

/** Where the last `count` lines of a file begin, and how many are missing because the file is shorter. */
async function tailStart(path: string, count: number): Promise<{ readonly offset: number; readonly missing: number }> {
  const handle = await open(path).catch(ignoreMissing);
  if (!handle) return { offset: 0, missing: count };
  try {
    const { size } = await handle.stat();
    if (count === 0) return { offset: size, missing: 0 };
    let left = count;
    for (let end = size; end > 0; end -= BLOCK) {
      const begin = Math.max(0, end - BLOCK);
      const block = Buffer.alloc(end - begin);
      await handle.read(block, 0, block.length, begin);
      for (let i = block.length - 1; i >= 0; i--)
        if (block[i] === 0x0a && begin + i !== size - 1 && --left === 0) return { offset: begin + i + 1, missing: 0 };
    }
    return { offset: 0, missing: size === 0 ? count : left - 1 };
  } finally {
    await handle.close();
  }
}

/** The last `count` lines of all rotated files together. */
async function* rotatedLines(path: string, count: number): AsyncIterable<LogLine> {
  const prefix = `${basename(path)}.`;
  const names = (await readdir(dirname(path)).catch(() => [])).filter(
    (name) => name.startsWith(prefix) && !name.endsWith(".tmp"),
  );
  const tail: LogLine[] = [];
  for (const name of names.sort()) {
    const file = createReadStream(join(dirname(path), name));
    const input = name.endsWith(".gz") ? file.pipe(createGunzip()) : file;
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      const line = parseCriLine(text);
      if (!line) continue;
      if (count === Number.POSITIVE_INFINITY) yield line;
      else {
        tail.push(line);
        if (tail.length > count) tail.shift();
      }
    }
  }
  yield* tail;
}

async function* currentLines(
  path: string,
  offset: number,
  { follow, signal, running }: ReadLogOptions,
  clock: Clock,
): AsyncIterable<LogLine> {
  let handle = await open(path).catch(ignoreMissing);
  let cursor = new LineCursor(offset);
  try {
    for (;;) {
      const alive = follow && !signal.aborted && (await running());
      if (handle) yield* cursor.read(handle);
      if (!alive || signal.aborted) return;
      const rotated = handle && (await isOther(path, handle));
      if (!handle || rotated) {
        if (handle) yield* cursor.read(handle);
        await handle?.close();
        handle = await open(path).catch(ignoreMissing);
        if (handle) cursor = new LineCursor(0);
      } else await changed(path, signal, clock);
    }
  } finally {
    await handle?.close();
  }
}

/** Reads whole lines from where it stopped. */
class LineCursor {
  #offset: number;
  #pending: Buffer = Buffer.alloc(0);

  constructor(offset: number) {
    this.#offset = offset;
  }

  async *read(handle: FileHandle): AsyncIterable<LogLine> {
    const block = Buffer.alloc(BLOCK);
    for (;;) {
      const { bytesRead } = await handle.read(block, 0, BLOCK, this.#offset);
      if (bytesRead === 0) return;
      this.#offset += bytesRead;
      const bytes = Buffer.concat([this.#pending, block.subarray(0, bytesRead)]);
      let begin = 0;
      for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, begin)) {
        const line = parseCriLine(bytes.toString("utf8", begin, end));
        begin = end + 1;
        if (line) yield line;
      }
      this.#pending = bytes.subarray(begin);
    }
  }
}

async function isOther(path: string, handle: FileHandle): Promise<boolean> {
  const [now, opened] = await Promise.all([stat(path).catch(() => undefined), handle.stat()]);
  return now !== undefined && now.ino !== opened.ino;
}

/** Resolves when the file (or its folder) changes, or after a while. */
async function changed(path: string, signal: AbortSignal, clock: Clock): Promise<void> {
  const stop = new AbortController();
  const any = AbortSignal.any([signal, stop.signal]);
  const { promise, resolve } = Promise.withResolvers<void>();
  const watcher = watch(dirname(path), { signal: any }, () => resolve());
  watcher.on("error", () => resolve());
  signal.addEventListener("abort", () => resolve(), { signal: stop.signal });
  await Promise.race([promise, clock.sleep(POLL, any).catch(() => undefined)]);
  stop.abort();
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
