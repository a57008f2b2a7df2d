import type { Observable } from "rxjs";
import type { Entry, ListOptions, Page, StoreEvent, WatchOptions } from "../store.ts";
import { StoreError } from "../store-error.ts";
import type { History } from "./history.ts";
import { comesBefore } from "./key-order.ts";
import type { KeyTree } from "./key-tree.ts";
import { Snapshots } from "./snapshots.ts";
import {
  validateCompaction,
  validateKey,
  validateListOptions,
  validatePrefix,
  validateWatchOptions,
} from "./validation.ts";
import { type Start, Watchers } from "./watchers.ts";

/** A state to begin with. */
export interface LedgerState {
  readonly tree: KeyTree;
  readonly revision: number;
  readonly history: History;
}

/**
 * What an engine has acknowledged, as its readers see it: the newest tree, the history behind it, and those who watch.
 * An engine publishes to it what it has made durable and lets it answer reads.
 */
export class Ledger {
  readonly #history: History;
  readonly #snapshots = new Snapshots();
  readonly #watchers: Watchers;
  #tree: KeyTree;
  #revision: number;
  #closed: StoreError | undefined;

  constructor(state: LedgerState) {
    this.#tree = state.tree;
    this.#revision = state.revision;
    this.#history = state.history;
    this.#watchers = new Watchers(this.#history);
  }

  get tree(): KeyTree {
    return this.#tree;
  }

  get revision(): number {
    return this.#revision;
  }

  get history(): History {
    return this.#history;
  }

  /** How many watches are open. */
  get watchers(): number {
    return this.#watchers.size;
  }

  read(key: string): Entry | undefined {
    this.requireOpen();
    validateKey(key);
    return this.#tree.get(key);
  }

  list(prefix: string, options: ListOptions = {}): Page {
    this.requireOpen();
    validatePrefix(prefix);
    validateListOptions(options);
    const revision = options.revision ?? this.#revision;
    const tree = this.#treeAt(revision);
    const { startAfter, limit = 0 } = options;
    const end = tree.rank((key) => key.startsWith(prefix) || comesBefore(key, prefix));
    const afterStart = startAfter === undefined ? 0 : tree.rank((key) => !comesBefore(startAfter, key));
    const start = Math.min(
      end,
      Math.max(
        afterStart,
        tree.rank((key) => comesBefore(key, prefix)),
      ),
    );
    const stop = limit === 0 ? end : Math.min(end, start + limit);
    if (stop < end) this.#snapshots.keep(revision, tree);
    return { entries: tree.slice(start, stop), revision, remaining: end - stop };
  }

  watch(prefix: string, options: WatchOptions = {}): Observable<StoreEvent> {
    const start = (): Start | StoreError => {
      if (this.#closed !== undefined) return this.#closed;
      try {
        validatePrefix(prefix);
        validateWatchOptions(options);
        return this.#startOf(options.from);
      } catch (error) {
        if (error instanceof StoreError) return error;
        throw error;
      }
    };
    return this.#watchers.watch(prefix, start, options.onProgress);
  }

  /** See `Store.requestProgress`. */
  requestProgress(): void {
    this.requireOpen();
    this.#watchers.progress(this.#revision);
  }

  /** Refuses what cannot be compacted, see `Store.compact`. */
  requireCompactable(revision: number): void {
    this.requireOpen();
    validateCompaction(revision);
    if (revision > this.#revision) throw future(revision, this.#revision);
  }

  compact(revision: number): void {
    this.requireCompactable(revision);
    this.#history.compact(revision);
    this.#snapshots.compact(this.#history.compacted);
  }

  /** Makes commits visible: `tree` is the one after all of `events`, which are in revision order. */
  publish(tree: KeyTree, events: readonly StoreEvent[]): void {
    this.#tree = tree;
    const newest = events.at(-1);
    if (newest === undefined) return;
    this.#revision = newest.revision;
    this.#history.append(events);
    this.#watchers.deliver();
    // Afterwards, so that a large batch does not cut off those who have just not seen it yet.
    this.#history.trim();
    this.#snapshots.compact(this.#history.compacted);
  }

  /** Ends all watches; from now on every call fails with `error`. The first call counts. */
  close(error: StoreError): void {
    if (this.#closed !== undefined) return;
    this.#closed = error;
    this.#watchers.fail(error);
  }

  /** Throws what {@link close} was called with. */
  requireOpen(): void {
    if (this.#closed !== undefined) throw this.#closed;
  }

  #treeAt(revision: number): KeyTree {
    if (revision === this.#revision) return this.#tree;
    if (revision > this.#revision) throw future(revision, this.#revision);
    if (revision < this.#history.compacted) throw compacted(revision, this.#history.compacted);
    return this.#snapshots.at(revision, this.#tree, this.#history);
  }

  #startOf(from = this.#revision): Start {
    if (from < this.#history.compacted) throw compacted(from, this.#history.compacted);
    return { position: this.#history.after(from), from };
  }
}

function future(revision: number, newest: number): StoreError {
  return new StoreError("FUTURE_REVISION", `revision ${revision} has not come yet, the newest is ${newest}`);
}

function compacted(revision: number, oldest: number): StoreError {
  return new StoreError("COMPACTED", `revision ${revision} is no longer kept, the oldest is ${oldest}`, {
    remedy: "List again and go on from the revision of that list.",
  });
}
