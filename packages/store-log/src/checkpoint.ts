import { type FileHandle, open, rename, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { messageOf } from "@pinnace/errors";
import { type Entry, StoreError, type StoreEvent } from "@pinnace/store";
import { type KeyTree, undo } from "@pinnace/store/engine";
import { isOutOfSpace } from "./durable-file.ts";
import type { Failpoint } from "./failpoint.ts";
import { checkpointName, preamble, RESTORE, syncDirectory } from "./files.ts";
import { FrameBuilder } from "./frame.ts";
import { readFrameFile } from "./frame-file.ts";
import {
  type LoggedEntry,
  type LoggedMutation,
  type LogRecord,
  readRecords,
  writeBase,
  writeCommit,
  writeEnd,
  writeEntry,
} from "./record.ts";
import type { StoreFiles } from "./store-files.ts";

/** Frames are written from this length on, so that no step takes long. */
const FRAME_LENGTH = 512 << 10;
const SLICE = 128;
/** One large flush at the end would hold up the commits that go on meanwhile. */
const SYNC_AFTER = 4 << 20;
/** Events that are undone in one turn of the event loop. */
const UNDO_SLICE = 500;

/** What a checkpoint keeps of a state: its history, and the entries from before that. */
export interface CheckpointState {
  /** The tree of `revision`; nobody changes it meanwhile. */
  readonly tree: KeyTree;
  readonly revision: number;
  readonly compacted: number;
  /** All events after `compacted`, in order. */
  readonly events: readonly StoreEvent[];
  /** Milliseconds since the epoch; undefined: never. */
  readonly deadlineOf: (key: string, modRevision: number) => number | undefined;
}

/** Writes a checkpoint, durably and all or nothing; resolves with its size in bytes. */
export async function writeCheckpoint(directory: string, state: CheckpointState, at?: Failpoint): Promise<number> {
  const path = join(directory, checkpointName(state.revision));
  const temporary = `${path}.tmp`;
  try {
    if (at !== undefined) await at("beforeCheckpoint");
    await writeFile(temporary, state, at);
    if (at !== undefined) await at("beforeCheckpointRename");
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    const code = isOutOfSpace(error) ? "NO_SPACE" : "UNAVAILABLE";
    throw new StoreError(code, `${path} could not be written: ${messageOf(error)}`, { cause: error });
  }
  await syncDirectory(directory);
  if (at !== undefined) await at("afterCheckpointRename");
  return (await stat(path)).size;
}

async function writeFile(path: string, state: CheckpointState, at: Failpoint | undefined): Promise<void> {
  const handle = await open(path, "w", 0o600);
  try {
    const writer = new FrameWriter(handle);
    await writer.start();
    const base = await rewound(state);
    for (let rank = 0; rank < base.size; rank += SLICE) {
      for (const entry of base.slice(rank, rank + SLICE)) writeEntry(writer.frame, logged(entry, state));
      await writer.flushWhenLong();
    }
    if (at !== undefined) await at("midCheckpoint");
    writeBase(writer.frame, state.compacted);
    for (const commit of commitsOf(state)) {
      writeCommit(writer.frame, commit.revision, commit.mutations);
      await writer.flushWhenLong();
    }
    writeEnd(writer.frame, state.revision, state.compacted, base.size);
    await writer.flush();
    if (at !== undefined) await at("beforeCheckpointSync");
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Appends frames to a file and flushes it now and then. */
class FrameWriter {
  readonly frame: FrameBuilder = new FrameBuilder();
  readonly #handle: FileHandle;
  #position = 0;
  #unsynced = 0;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async start(): Promise<void> {
    await this.#write(preamble());
  }

  async flushWhenLong(): Promise<void> {
    if (this.frame.length >= FRAME_LENGTH) await this.flush();
  }

  async flush(): Promise<void> {
    await this.#write(this.frame.finish(this.#position));
    this.frame.reset();
    if (this.#unsynced < SYNC_AFTER) return;
    this.#unsynced = 0;
    await this.#handle.datasync();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await this.#handle.writeFile(bytes);
    this.#position += bytes.length;
    this.#unsynced += bytes.length;
  }
}

/** The tree of the oldest revision that is kept. */
async function rewound({ tree, events }: CheckpointState): Promise<KeyTree> {
  const base = tree.snapshot();
  for (let index = events.length - 1; index >= 0; index--) {
    undo(base, events[index] as StoreEvent);
    if (index % UNDO_SLICE === 0) await nextTurn();
  }
  return base;
}

function logged({ key, value, createRevision, modRevision }: Entry, state: CheckpointState): LoggedEntry {
  const expiresAt = state.deadlineOf(key, modRevision) ?? 0;
  return { key, bytes: value.bytes(), createRevision, modRevision, expiresAt };
}

function* commitsOf(
  state: CheckpointState,
): Generator<{ readonly revision: number; readonly mutations: readonly LoggedMutation[] }> {
  let mutations: LoggedMutation[] = [];
  let revision = 0;
  for (const event of state.events) {
    if (event.revision !== revision && mutations.length > 0) {
      yield { revision, mutations };
      mutations = [];
    }
    revision = event.revision;
    mutations.push(event.type === "put" ? { type: "put", ...logged(event.entry, state) } : event);
  }
  if (mutations.length > 0) yield { revision, mutations };
}

/** Reads a checkpoint and hands on its records; resolves with the file's size. `CORRUPT` unless it is whole. */
export async function readCheckpoint(
  files: StoreFiles,
  revision: number,
  onRecord: (record: LogRecord) => void,
): Promise<number> {
  const file = await files.open(checkpointName(revision));
  try {
    let count = 0;
    let end: (LogRecord & { type: "end" }) | undefined;
    const { size, torn } = await readFrameFile(file, (payload) => {
      for (const record of readRecords(payload)) {
        if (record.type === "end") end = record;
        if (record.type === "entry") count++;
        onRecord(record);
      }
    });
    if (torn || end?.revision !== revision || end.count !== count)
      throw new StoreError("CORRUPT", `${file.path} is not whole`, { remedy: RESTORE });
    return size;
  } finally {
    await file.close();
  }
}
