import type { Observable } from "rxjs";

/** The DI token of the {@link Store}. */
export const STORE: unique symbol = Symbol.for("pinnace.store") as never;

/**
 * What is stored under a key. Opaque to the store: an engine that persists calls `bytes()` when it writes the value and
 * now and then again (so a value keeps what it encoded), an engine in memory may never call it. An engine keeps the identity of a value when it can: the very instance that a writer handed in
 * may be what reads and watches in the same process return, so values are immutable.
 */
export interface Value {
  /** The value's encoding. The same bytes on every call; nobody modifies them. */
  bytes(): Uint8Array;
}

/** One key at one revision. Frozen. */
export interface Entry {
  readonly key: string;
  readonly value: Value;
  /** The revision of the commit that created the key (since its last deletion). */
  readonly createRevision: number;
  /** The revision of the commit that last wrote the key. */
  readonly modRevision: number;
}

/** One page of a {@link Store.list}: all entries are of one consistent snapshot at `revision`. */
export interface Page {
  readonly entries: readonly Entry[];
  /** The snapshot's revision; pass it on to read the following pages of the same snapshot. */
  readonly revision: number;
  /** How many entries of the prefix follow this page in the snapshot; 0 when this is the last page. */
  readonly remaining: number;
}

export interface ListOptions {
  /** The most entries to return; 0 or absent: all. */
  readonly limit?: number;
  /** Only keys greater than this one (the last key of the page before). */
  readonly startAfter?: string;
  /** Which snapshot; absent: the newest. Errors: `COMPACTED`, `FUTURE_REVISION`. */
  readonly revision?: number;
}

/** A precondition of a commit. `modRevision` 0 means: the key does not exist. */
export interface Condition {
  readonly key: string;
  readonly modRevision: number;
}

/** What a commit does to one key. A commit names a key at most once. */
export type Mutation =
  | {
      readonly type: "put";
      readonly key: string;
      readonly value: Value;
      /**
       * The engine deletes the key this many milliseconds after the write (a later put starts anew), or somewhat later
       * but never before; absent: never.
       */
      readonly ttl?: number;
    }
  | { readonly type: "delete"; readonly key: string };

export interface Transaction {
  readonly when: readonly Condition[];
  readonly then: readonly Mutation[];
}

/**
 * What became of a transaction. `succeeded: false` says that a condition did not hold; `current` has the entries of
 * all condition keys, in their order, as they were at that moment.
 */
export type Commit =
  | { readonly succeeded: true; readonly revision: number }
  | { readonly succeeded: false; readonly revision: number; readonly current: readonly (Entry | undefined)[] };

/** One change of one key. The events of one commit carry the same revision and follow each other. */
export type StoreEvent =
  | { readonly type: "put"; readonly entry: Entry; readonly previous: Entry | undefined; readonly revision: number }
  | { readonly type: "delete"; readonly key: string; readonly previous: Entry | undefined; readonly revision: number };

export interface WatchOptions {
  /** Deliver all events with a revision greater than this one. Errors: `COMPACTED`. Absent: only what comes from now on. */
  readonly from?: number;
  /**
   * Called with a revision when everything up to it has been delivered, though perhaps no event carries it: after
   * {@link Store.requestProgress}, and whenever the engine comes to know it. Never ahead of an event.
   */
  readonly onProgress?: (revision: number) => void;
}

/**
 * A revisioned key-value store with watch. It knows nothing of Kubernetes. Keys are non-empty strings ordered by
 * UTF-8 bytes. The revision starts at 1 (nothing written) and grows with each commit that changes something: by one,
 * unless others use the same counter (an etcd that serves several stores). Several processes may share a store where the
 * engine allows it; reads are linearizable for all of them. A commit of up to 128 conditions and 128 mutations is taken
 * by every engine.
 *
 * Errors are `StoreError`s: `COMPACTED` (the revision is no longer kept), `FUTURE_REVISION` (it has not come yet),
 * `CLOSED`, `NO_SPACE` (quota or disk: writes refused, reads and deletes go on), `SLOW_CONSUMER`, `UNAVAILABLE` (it cannot
 * be reached, or has failed; an engine that says so of a write and goes on has not made it), `OUTCOME_UNKNOWN` (a write may
 * have been made, or may yet be), `LOCKED`, `CORRUPT`, `INVALID` (a malformed call).
 */
export interface Store {
  /** The newest entry of a key; undefined when there is none. */
  read(key: string): Promise<Entry | undefined>;
  /** The entries whose key starts with `prefix` in key order; "" is everything. */
  list(prefix: string, options?: ListOptions): Promise<Page>;
  /**
   * Atomic compare-and-set: when all conditions hold, all mutations happen at one new revision. Durable when it
   * resolves. Deleting a missing key changes nothing; a commit that changes nothing keeps the revision.
   */
  commit(transaction: Transaction): Promise<Commit>;
  /**
   * All changes under `prefix` in revision order, without gap or repetition. Subscribing starts it; events of a commit
   * are delivered soon after it is durable (by engines of this process: at once), together and before later ones. Errors with `COMPACTED` when `from` is too old, with
   * `SLOW_CONSUMER` when a subscriber falls behind further than the engine keeps, and with `CLOSED`.
   */
  watch(prefix: string, options?: WatchOptions): Observable<StoreEvent>;
  /** Forgets history before `revision`: later reads and watches from before it error with `COMPACTED`. */
  compact(revision: number): Promise<void>;
  /** The newest revision. */
  revision(): Promise<number>;
  /**
   * Asks the watches that have an `onProgress` to tell how far they are. One that is up to date tells soon; an engine
   * whose watches are of this process has told when the promise resolves. A request may go unanswered: ask again.
   */
  requestProgress(): Promise<void>;
  /** Completes pending commits, ends watches with `CLOSED`, releases everything. Idempotent. */
  close(): Promise<void>;
}
