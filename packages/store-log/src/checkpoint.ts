import { open, rename, stat, unlink } from "node:fs/promises";
import { messageOf } from "@pinnace/errors";
import { type Entry, StoreError } from "@pinnace/store";
import type { KeyTree } from "@pinnace/store/engine";
import { isOutOfSpace } from "./durable-file.ts";
import { checkpointPath, preamble, RESTORE, syncDirectory } from "./files.ts";
import { FrameBuilder } from "./frame.ts";
import { readFrameFile } from "./frame-file.ts";
import { type LoggedEntry, type LogRecord, readRecords, writeEnd, writeEntry } from "./record.ts";

/** Frames are written from this length on, so that no step takes long. */
const FRAME_LENGTH = 512 << 10;
const SLICE = 128;
/** One large flush at the end would hold up the commits that go on meanwhile. */
const SYNC_AFTER = 4 << 20;

/** What a checkpoint keeps of a state. */
export interface CheckpointState {
  /** A snapshot that nobody changes meanwhile. */
  readonly tree: KeyTree;
  readonly revision: number;
  readonly compacted: number;
  /** Milliseconds since the epoch; undefined: never. */
  readonly deadlineOf: (key: string, modRevision: number) => number | undefined;
}

/** Writes a checkpoint, durably and all or nothing; resolves with its size in bytes. */
export async function writeCheckpoint(directory: string, state: CheckpointState): Promise<number> {
  const path = checkpointPath(directory, state.revision);
  const temporary = `${path}.tmp`;
  try {
    await writeEntries(temporary, state);
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    const code = isOutOfSpace(error) ? "NO_SPACE" : "UNAVAILABLE";
    throw new StoreError(code, `${path} could not be written: ${messageOf(error)}`, { cause: error });
  }
  await syncDirectory(directory);
  return (await stat(path)).size;
}

async function writeEntries(path: string, state: CheckpointState): Promise<void> {
  const handle = await open(path, "w", 0o600);
  try {
    const start = preamble();
    await handle.writeFile(start);
    let position = start.length;
    let unsynced = 0;
    const frame = new FrameBuilder();
    const flush = async (): Promise<void> => {
      const bytes = frame.finish(position);
      await handle.writeFile(bytes);
      position += bytes.length;
      unsynced += bytes.length;
      frame.reset();
      if (unsynced < SYNC_AFTER) return;
      unsynced = 0;
      await handle.datasync();
    };
    for (let rank = 0; rank < state.tree.size; rank += SLICE)
      for (const entry of state.tree.slice(rank, rank + SLICE)) {
        writeEntry(frame, logged(entry, state));
        if (frame.length >= FRAME_LENGTH) await flush();
      }
    writeEnd(frame, state.revision, state.compacted, state.tree.size);
    await flush();
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function logged({ key, value, createRevision, modRevision }: Entry, state: CheckpointState): LoggedEntry {
  const expiresAt = state.deadlineOf(key, modRevision) ?? 0;
  return { key, bytes: value.bytes(), createRevision, modRevision, expiresAt };
}

/** Where a checkpoint ends, and what it says of itself. */
interface CheckpointEnd {
  readonly revision: number;
  readonly compacted: number;
  /** Bytes of the file. */
  readonly size: number;
}

/** Reads a checkpoint; `CORRUPT` unless it is whole. */
export async function readCheckpoint(
  directory: string,
  revision: number,
  onEntry: (entry: LoggedEntry) => void,
): Promise<CheckpointEnd> {
  const path = checkpointPath(directory, revision);
  let count = 0;
  let end: (LogRecord & { type: "end" }) | undefined;
  const { size, torn } = await readFrameFile(path, (payload) => {
    for (const record of readRecords(payload)) {
      if (record.type === "end") end = record;
      if (record.type !== "entry") continue;
      onEntry(record);
      count++;
    }
  });
  if (torn || end?.revision !== revision || end.count !== count)
    throw new StoreError("CORRUPT", `${path} is not whole`, { remedy: RESTORE });
  return { revision, compacted: end.compacted, size };
}
