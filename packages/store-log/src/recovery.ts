import { BytesValue, type Mutation, StoreError } from "@pinnace/store";
import { apply, type Deadline, History, KeyTree, type LedgerState } from "@pinnace/store/engine";
import { readCheckpoint } from "./checkpoint.ts";
import { logName, RESTORE, removeBefore, removeUnfinished, revisionsIn } from "./files.ts";
import { readFrameFile } from "./frame-file.ts";
import { type LoggedEntry, type LoggedMutation, type LogRecord, readRecords } from "./record.ts";
import type { StoreFiles } from "./store-files.ts";

/** What a directory holds. */
export interface Recovered extends LedgerState {
  readonly deadlines: Iterable<Deadline>;
  /** Bytes of keys and values. */
  readonly used: number;
  /** The revision of the newest checkpoint. */
  readonly checkpoint: number | undefined;
  /** Bytes of the checkpoint; 0 when there is none. */
  readonly checkpointSize: number;
  /** The logs before the last one, and their bytes. */
  readonly closedLogs: readonly { readonly start: number; readonly size: number }[];
  /** The log to go on with: the revision in its name, and how much of it is good. */
  readonly log: { readonly start: number; readonly size: number };
}

const FIRST_REVISION = 1;

/** Reads the files of a store and changes nothing: the newest checkpoint, then all logs that follow it. Errors: `CORRUPT`. */
export async function recover(files: StoreFiles, historyLimit: number): Promise<Recovered> {
  const { logs, checkpoints } = revisionsIn(await files.names());
  const base = checkpoints.at(-1);
  const state = new Replay(historyLimit);
  const checkpointSize = base === undefined ? 0 : await readCheckpoint(files, base, (record) => state.follow(record));
  if (base !== undefined && state.revision !== base)
    throw new StoreError("CORRUPT", `the checkpoint of revision ${base} ends at ${state.revision}`, {
      remedy: RESTORE,
    });
  const following = logs.filter((start) => base === undefined || start >= base);
  const sizes: number[] = [];
  for (const start of following) sizes.push(await replayLog(files, state, start, start === following.at(-1)));
  const log = { start: following.at(-1) ?? base ?? FIRST_REVISION, size: sizes.at(-1) ?? 0 };
  const closedLogs = following.slice(0, -1).map((start, index) => ({ start, size: sizes[index] as number }));
  return { ...state.result(), checkpoint: base, checkpointSize, closedLogs, log };
}

/** Resolves with how many bytes of the log are good. */
async function replayLog(files: StoreFiles, state: Replay, start: number, isLast: boolean): Promise<number> {
  const file = await files.open(logName(start));
  try {
    if (start !== state.revision)
      throw new StoreError("CORRUPT", `${file.path} follows revision ${state.revision}`, { remedy: RESTORE });
    const { size, torn } = await readFrameFile(file, (payload) => state.replay(payload));
    if (torn && !isLast) throw new StoreError("CORRUPT", `${file.path} is not whole`, { remedy: RESTORE });
    return size;
  } finally {
    await file.close();
  }
}

/** Removes what the newest checkpoint made superfluous and a crash kept from being removed. */
export async function removeLeftovers(directory: string, { checkpoint }: Recovered): Promise<void> {
  await removeUnfinished(directory);
  if (checkpoint !== undefined) await removeBefore(directory, checkpoint);
}

/** Follows the records of a checkpoint and of logs. */
class Replay {
  readonly #tree = new KeyTree();
  readonly #deadlines = new Map<string, Deadline>();
  readonly #historyLimit: number;
  #history: History;
  #used = 0;
  #based = false;
  revision = FIRST_REVISION;

  constructor(historyLimit: number) {
    this.#historyLimit = historyLimit;
    this.#history = new History(historyLimit, 0);
  }

  replay(payload: Buffer): void {
    for (const record of readRecords(payload)) this.follow(record);
  }

  follow(record: LogRecord): void {
    switch (record.type) {
      case "entry":
        this.#load(record);
        return;
      case "base":
        this.#start(record.revision);
        return;
      case "commit":
        this.#commit(record);
        return;
      case "compaction":
        this.#history.compact(record.revision);
        return;
      case "end":
        // A checkpoint of version 1 has no base: its entries are those of its end.
        if (!this.#based) this.#start(record.revision);
    }
  }

  result(): Omit<Recovered, "checkpoint" | "checkpointSize" | "closedLogs" | "log"> {
    const { revision } = this;
    const deadlines = this.#deadlines.values();
    return { tree: this.#tree, revision, history: this.#history, deadlines, used: this.#used };
  }

  #load({ key, bytes, createRevision, modRevision, expiresAt }: LoggedEntry): void {
    this.#tree.set(Object.freeze({ key, value: new BytesValue(bytes), createRevision, modRevision }));
    this.#used += sizeOf(key, bytes);
    if (expiresAt > 0) this.#deadlines.set(key, { key, at: expiresAt, modRevision });
  }

  #start(revision: number): void {
    this.#based = true;
    // The history of a store that was never compacted begins before its first revision.
    this.revision = Math.max(FIRST_REVISION, revision);
    this.#history = new History(this.#historyLimit, revision);
  }

  #commit(record: LogRecord & { type: "commit" }): void {
    if (record.revision !== this.revision + 1)
      throw new StoreError("CORRUPT", `the log does not continue revision ${this.revision}`, { remedy: RESTORE });
    this.revision = record.revision;
    for (const mutation of record.mutations) this.#setDeadline(mutation, record.revision);
    const events = apply(this.#tree, record.mutations.map(mutationOf), record.revision);
    for (const event of events) {
      const { previous } = event;
      if (previous !== undefined) this.#used -= sizeOf(previous.key, previous.value.bytes());
      if (event.type === "put") this.#used += sizeOf(event.entry.key, event.entry.value.bytes());
    }
    this.#history.append(events);
    this.#history.trim();
  }

  #setDeadline(mutation: LoggedMutation, modRevision: number): void {
    const { key } = mutation;
    this.#deadlines.delete(key);
    if (mutation.type === "put" && mutation.expiresAt > 0)
      this.#deadlines.set(key, { key, at: mutation.expiresAt, modRevision });
  }
}

function mutationOf(logged: LoggedMutation): Mutation {
  if (logged.type === "delete") return logged;
  return { type: "put", key: logged.key, value: new BytesValue(logged.bytes) };
}

/** What an entry counts against the quota: the UTF-16 units of its key and the bytes of its value. */
export function sizeOf(key: string, bytes: Uint8Array): number {
  return key.length + bytes.length;
}
