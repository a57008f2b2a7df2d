import type { Clock } from "@pinnace/clock";
import type { Observable } from "rxjs";
import { type Deadline, Expiry } from "./engine/expiry.ts";
import { History } from "./engine/history.ts";
import { KeyTree } from "./engine/key-tree.ts";
import { Ledger, type LedgerState } from "./engine/ledger.ts";
import { apply, unmet } from "./engine/transact.ts";
import { validateTransaction } from "./engine/validation.ts";
import type { Commit, Entry, ListOptions, Page, Store, StoreEvent, Transaction, WatchOptions } from "./store.ts";
import { StoreError } from "./store-error.ts";

export interface MemoryStoreOptions {
  /** Ends keys with a time to live. */
  readonly clock: Clock;
  /** How many events are kept for watches and snapshots of the past. Default: 10,000. */
  readonly historyLimit?: number;
}

/**
 * A {@link Store} in this process's memory. A commit happens during the call of `commit`: the events have reached every
 * watch when its promise resolves. Values keep their identity and `bytes()` is never called.
 */
export interface MemoryStore extends Store {
  /**
   * A store with the same content, revision, history and deadlines that goes its own way. It shares everything that
   * neither of them changes; the cost does not depend on the number of keys. Watches stay with the original.
   */
  fork(options?: { readonly clock?: Clock }): MemoryStore;
}

/** An empty store at revision 1. */
export function createMemoryStore(options: MemoryStoreOptions): MemoryStore {
  const history = new History(options.historyLimit ?? DEFAULT_HISTORY_LIMIT, 0);
  return new TreeStore(options.clock, { tree: new KeyTree(), revision: 1, history }, []);
}

const DEFAULT_HISTORY_LIMIT = 10_000;

class TreeStore implements MemoryStore {
  readonly #clock: Clock;
  readonly #ledger: Ledger;
  readonly #expiry: Expiry;

  constructor(clock: Clock, state: LedgerState, deadlines: Iterable<Deadline>) {
    this.#clock = clock;
    this.#ledger = new Ledger(state);
    this.#expiry = new Expiry(clock, ({ key, modRevision }) => {
      this.#apply({ when: [{ key, modRevision }], then: [{ type: "delete", key }] });
    });
    for (const deadline of deadlines) this.#expiry.add(deadline);
  }

  async read(key: string): Promise<Entry | undefined> {
    return this.#ledger.read(key);
  }

  async list(prefix: string, options?: ListOptions): Promise<Page> {
    return this.#ledger.list(prefix, options);
  }

  async commit(transaction: Transaction): Promise<Commit> {
    this.#ledger.requireOpen();
    validateTransaction(transaction);
    return this.#apply(transaction);
  }

  watch(prefix: string, options?: WatchOptions): Observable<StoreEvent> {
    return this.#ledger.watch(prefix, options);
  }

  async compact(revision: number): Promise<void> {
    this.#ledger.compact(revision);
  }

  async revision(): Promise<number> {
    this.#ledger.requireOpen();
    return this.#ledger.revision;
  }

  async requestProgress(): Promise<void> {
    this.#ledger.requestProgress();
  }

  async close(): Promise<void> {
    this.#expiry.close();
    this.#ledger.close(new StoreError("CLOSED", "the store is closed"));
  }

  fork(options: { readonly clock?: Clock } = {}): MemoryStore {
    this.#ledger.requireOpen();
    const { tree, revision, history } = this.#ledger;
    const state = { tree: tree.snapshot(), revision, history: history.fork() };
    return new TreeStore(options.clock ?? this.#clock, state, this.#expiry.deadlines());
  }

  #apply({ when, then }: Transaction): Commit {
    const ledger = this.#ledger;
    const current = unmet(ledger.tree, when);
    if (current !== undefined) return { succeeded: false, revision: ledger.revision, current };
    const revision = ledger.revision + 1;
    const events = apply(ledger.tree, then, revision);
    if (events.length === 0) return { succeeded: true, revision: ledger.revision };
    this.#expiry.follow(then, revision, this.#clock.now());
    ledger.publish(ledger.tree, events);
    return { succeeded: true, revision };
  }
}
