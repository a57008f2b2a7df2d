import { unlink } from "node:fs/promises";
import { BytesValue, type Mutation, StoreError } from "@pinnace/store";
import { apply, type Deadline, History, KeyTree, type LedgerState } from "@pinnace/store/engine";
import { readCheckpoint } from "./checkpoint.ts";
import { checkpointPath, logPath, RESTORE, readDirectory } from "./files.ts";
import { readFrameFile } from "./frame-file.ts";
import { type LoggedEntry, type LoggedMutation, type LogRecord, readRecords } from "./record.ts";

/** What a directory holds. */
export interface Recovered extends LedgerState {
  readonly deadlines: Iterable<Deadline>;
  /** Bytes of keys and values. */
  readonly used: number;
  /** Bytes of the checkpoint; 0 when there is none. */
  readonly checkpointSize: number;
  /** Bytes of the logs before the last one. */
  readonly closedLogSize: number;
  /** The log to go on with: the revision in its name, and how much of it is good. */
  readonly log: { readonly start: number; readonly size: number };
}

const FIRST_REVISION = 1;

/** Reads a directory: the newest checkpoint, then all logs that follow it. Errors: `CORRUPT`. */
export async function recover(directory: string, historyLimit: number): Promise<Recovered> {
  const { logs, checkpoints } = await readDirectory(directory);
  const base = checkpoints.at(-1);
  const state = new Replay(historyLimit);
  const checkpointSize = base === undefined ? 0 : await loadCheckpoint(directory, base, state);
  // What the checkpoint made superfluous and a crash kept from being removed.
  for (const old of checkpoints) if (base !== undefined && old < base) await unlink(checkpointPath(directory, old));
  for (const old of logs) if (base !== undefined && old < base) await unlink(logPath(directory, old));
  let log = { start: base ?? FIRST_REVISION, size: 0 };
  let closedLogSize = 0;
  const following = logs.filter((start) => base === undefined || start >= base);
  for (const [index, start] of following.entries()) {
    const path = logPath(directory, start);
    if (start !== state.revision)
      throw new StoreError("CORRUPT", `${path} follows revision ${state.revision}`, { remedy: RESTORE });
    const { size, torn } = await readFrameFile(path, (payload) => state.replay(payload));
    const last = index === following.length - 1;
    if (torn && !last) throw new StoreError("CORRUPT", `${path} is not whole`, { remedy: RESTORE });
    log = { start, size };
    if (!last) closedLogSize += size;
  }
  return { ...state.result(), checkpointSize, closedLogSize, log };
}

async function loadCheckpoint(directory: string, base: number, state: Replay): Promise<number> {
  const { compacted, revision, size } = await readCheckpoint(directory, base, (entry) => state.load(entry));
  // The history before a checkpoint is gone.
  state.start(revision, Math.max(compacted, revision));
  return size;
}

/** Follows the records of logs. */
class Replay {
  readonly #tree = new KeyTree();
  readonly #deadlines = new Map<string, Deadline>();
  readonly #historyLimit: number;
  #history: History;
  #used = 0;
  revision = FIRST_REVISION;

  constructor(historyLimit: number) {
    this.#historyLimit = historyLimit;
    this.#history = new History(historyLimit, 0);
  }

  load({ key, bytes, createRevision, modRevision, expiresAt }: LoggedEntry): void {
    this.#tree.set(Object.freeze({ key, value: new BytesValue(bytes), createRevision, modRevision }));
    this.#used += sizeOf(key, bytes);
    if (expiresAt > 0) this.#deadlines.set(key, { key, at: expiresAt, modRevision });
  }

  start(revision: number, compacted: number): void {
    this.revision = revision;
    this.#history = new History(this.#historyLimit, compacted);
  }

  replay(payload: Buffer): void {
    for (const record of readRecords(payload)) this.#follow(record);
  }

  result(): Omit<Recovered, "checkpointSize" | "closedLogSize" | "log"> {
    const { revision } = this;
    const deadlines = this.#deadlines.values();
    return { tree: this.#tree, revision, history: this.#history, deadlines, used: this.#used };
  }

  #follow(record: LogRecord): void {
    if (record.type === "compaction") {
      this.#history.compact(record.revision);
      return;
    }
    if (record.type !== "commit" || record.revision !== this.revision + 1)
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
