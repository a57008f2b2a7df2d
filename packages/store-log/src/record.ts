import { type Mutation, StoreError } from "@pinnace/store";
import type { FrameBuilder } from "./frame.ts";

/** What a commit does to one key, as it is logged. */
export type LoggedMutation =
  | {
      readonly type: "put";
      readonly key: string;
      readonly bytes: Uint8Array;
      /** Milliseconds since the epoch; 0: never. */
      readonly expiresAt: number;
    }
  | { readonly type: "delete"; readonly key: string };

/** One entry of a checkpoint. */
export interface LoggedEntry {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly expiresAt: number;
}

/**
 * What frames hold. Logs have commits and compactions; checkpoints have the entries of their oldest revision, that
 * revision, the commits from there on, and one end. Checkpoints of version 1 have entries and an end.
 */
export type LogRecord =
  | { readonly type: "commit"; readonly revision: number; readonly mutations: readonly LoggedMutation[] }
  | { readonly type: "compaction"; readonly revision: number }
  | ({ readonly type: "entry" } & LoggedEntry)
  | { readonly type: "base"; readonly revision: number }
  | { readonly type: "end"; readonly revision: number; readonly compacted: number; readonly count: number };

const COMMIT = 1;
const COMPACTION = 2;
const ENTRY = 3;
const END = 4;
const BASE = 5;
const PUT = 1;
const DELETE = 2;

export function writeCommit(frame: FrameBuilder, revision: number, mutations: readonly LoggedMutation[]): void {
  writeCommitHead(frame, revision, mutations.length);
  for (const mutation of mutations)
    if (mutation.type === "put") writePut(frame, mutation.key, mutation.expiresAt, mutation.bytes);
    else writeDeletion(frame, mutation.key);
}

/** The same of mutations as a writer hands them in, at the instant `now`. */
export function writeMutations(
  frame: FrameBuilder,
  revision: number,
  mutations: readonly Mutation[],
  now: number,
): void {
  writeCommitHead(frame, revision, mutations.length);
  for (const mutation of mutations)
    if (mutation.type === "put")
      writePut(frame, mutation.key, mutation.ttl === undefined ? 0 : now + mutation.ttl, mutation.value.bytes());
    else writeDeletion(frame, mutation.key);
}

function writeCommitHead(frame: FrameBuilder, revision: number, mutations: number): void {
  frame.u8(COMMIT);
  frame.f64(revision);
  frame.u32(mutations);
}

function writePut(frame: FrameBuilder, key: string, expiresAt: number, bytes: Uint8Array): void {
  frame.u8(PUT);
  frame.text(key);
  frame.f64(expiresAt);
  frame.bytes(bytes);
}

function writeDeletion(frame: FrameBuilder, key: string): void {
  frame.u8(DELETE);
  frame.text(key);
}

export function writeCompaction(frame: FrameBuilder, revision: number): void {
  frame.u8(COMPACTION);
  frame.f64(revision);
}

export function writeEntry(frame: FrameBuilder, entry: LoggedEntry): void {
  frame.u8(ENTRY);
  frame.text(entry.key);
  frame.f64(entry.createRevision);
  frame.f64(entry.modRevision);
  frame.f64(entry.expiresAt);
  frame.bytes(entry.bytes);
}

/** Ends the entries of a checkpoint, which are those of `revision`. */
export function writeBase(frame: FrameBuilder, revision: number): void {
  frame.u8(BASE);
  frame.f64(revision);
}

/** `count` is the number of entries. */
export function writeEnd(frame: FrameBuilder, revision: number, compacted: number, count: number): void {
  frame.u8(END);
  frame.f64(revision);
  frame.f64(compacted);
  frame.u32(count);
}

/** The records of a frame's payload. Their bytes are copies. Throws `CORRUPT` when they make no sense. */
export function* readRecords(payload: Buffer): Generator<LogRecord> {
  const reader = new Reader(payload);
  while (!reader.atEnd) yield readRecord(reader);
}

function readRecord(reader: Reader): LogRecord {
  const kind = reader.u8();
  if (kind === COMMIT) {
    const revision = reader.f64();
    const mutations = Array.from({ length: reader.u32() }, () => readMutation(reader));
    return { type: "commit", revision, mutations };
  }
  if (kind === COMPACTION) return { type: "compaction", revision: reader.f64() };
  if (kind === ENTRY) {
    const key = reader.text();
    const [createRevision, modRevision, expiresAt] = [reader.f64(), reader.f64(), reader.f64()];
    return { type: "entry", key, createRevision, modRevision, expiresAt, bytes: reader.bytes() };
  }
  if (kind === BASE) return { type: "base", revision: reader.f64() };
  if (kind === END) return { type: "end", revision: reader.f64(), compacted: reader.f64(), count: reader.u32() };
  throw new StoreError("CORRUPT", `a record of the unknown kind ${kind}`);
}

function readMutation(reader: Reader): LoggedMutation {
  const kind = reader.u8();
  const key = reader.text();
  if (kind === DELETE) return { type: "delete", key };
  if (kind !== PUT) throw new StoreError("CORRUPT", `a mutation of the unknown kind ${kind}`);
  return { type: "put", key, expiresAt: reader.f64(), bytes: reader.bytes() };
}

class Reader {
  readonly #buffer: Buffer;
  #position = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  get atEnd(): boolean {
    return this.#position >= this.#buffer.length;
  }

  u8(): number {
    return this.#buffer.readUInt8(this.#advance(1));
  }

  u32(): number {
    return this.#buffer.readUInt32LE(this.#advance(4));
  }

  f64(): number {
    return this.#buffer.readDoubleLE(this.#advance(8));
  }

  text(): string {
    const length = this.u32();
    const start = this.#advance(length);
    return this.#buffer.toString("utf8", start, start + length);
  }

  bytes(): Uint8Array {
    const length = this.u32();
    const start = this.#advance(length);
    // A view would keep the whole frame in memory for as long as one of its values lives.
    const copy = new Uint8Array(length);
    this.#buffer.copy(copy, 0, start, start + length);
    return copy;
  }

  #advance(length: number): number {
    const start = this.#position;
    this.#position += length;
    if (this.#position > this.#buffer.length) throw new StoreError("CORRUPT", "a record is longer than its frame");
    return start;
  }
}
