import type { Clock, Timer } from "@pinnace/clock";
import type { Logger } from "@pinnace/logging";
import {
  type Commit,
  type Entry,
  type ListOptions,
  type Page,
  type Store,
  StoreError,
  type StoreEvent,
  type Transaction,
  type WatchOptions,
} from "@pinnace/store";
import {
  compactRegularly,
  validateCompaction,
  validateKey,
  validateListOptions,
  validatePrefix,
  validateTransaction,
  validateWatchOptions,
} from "@pinnace/store/engine";
import { Observable, type Subscriber } from "rxjs";
import type { EtcdClient } from "../connection/etcd-client.ts";
import { type Keys, later, successor } from "../keys.ts";
import { COMPACT, RANGE, TXN } from "../protocol/methods.ts";
import { Entries } from "./entries.ts";
import { RecentValues } from "./recent-values.ts";
import { Shared } from "./shared.ts";
import { Watch, type WatchParts } from "./watch.ts";
import type { Writes, Written } from "./writes.ts";

interface EtcdStoreParts {
  readonly client: EtcdClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly keys: Keys;
  readonly writes: Writes;
  /** Milliseconds; 0: never. */
  readonly compactionInterval: number;
}

/** Entries that are asked for at once. */
const PAGE = 1_000;
/** Milliseconds for a page, which may be large. */
const PAGE_TIMEOUT = 15_000;
/** How often a list of the newest state begins anew when a compaction overtook it. */
const LIST_ATTEMPTS = 5;
/** Milliseconds that a closing store waits for the events of its last commits. */
const LAST_EVENTS = 2_000;

/** See `openEtcdStore`. */
export class EtcdStore implements Store {
  readonly #parts: EtcdStoreParts;
  readonly #values = new RecentValues();
  readonly #entries: Entries;
  readonly #watches = new Set<Watch>();
  readonly #pending = new Set<Promise<unknown>>();
  /** Watches that must know the newest revision before this process changes it. */
  readonly #starting = new Set<Promise<void>>();
  readonly #newest: Shared<number>;
  readonly #compaction: Timer | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: EtcdStoreParts) {
    this.#parts = parts;
    this.#entries = new Entries(parts.keys, this.#values);
    this.#newest = new Shared(() => this.#readRevision());
    this.#compaction = compactRegularly(this, {
      clock: parts.clock,
      interval: parts.compactionInterval,
      onError: (error) => parts.logger.warn("etcd could not be compacted", { error }),
    });
  }

  async read(key: string): Promise<Entry | undefined> {
    this.#requireOpen();
    validateKey(key);
    const { kvs } = await this.#parts.client.callRepeatably(RANGE, { key: this.#parts.keys.encode(key) });
    return this.#entries.entry(kvs[0]);
  }

  async list(prefix: string, options: ListOptions = {}): Promise<Page> {
    this.#requireOpen();
    validatePrefix(prefix);
    validateListOptions(options);
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#list(prefix, options);
      } catch (error) {
        const overtaken = error instanceof StoreError && error.code === "COMPACTED" && options.revision === undefined;
        if (!overtaken || attempt === LIST_ATTEMPTS) throw error;
      }
    }
  }

  async commit(transaction: Transaction): Promise<Commit> {
    this.#requireOpen();
    validateTransaction(transaction);
    const committing = this.#commit(transaction);
    this.#pending.add(committing);
    try {
      return await committing;
    } finally {
      this.#pending.delete(committing);
    }
  }

  watch(prefix: string, options: WatchOptions = {}): Observable<StoreEvent> {
    return new Observable((subscriber) => {
      try {
        this.#requireOpen();
        validatePrefix(prefix);
        validateWatchOptions(options);
      } catch (error) {
        subscriber.error(error);
        return;
      }
      this.#startWatch(prefix, options, subscriber);
    });
  }

  async compact(revision: number): Promise<void> {
    this.#requireOpen();
    validateCompaction(revision);
    try {
      await this.#parts.client.callRepeatably(COMPACT, { revision });
    } catch (error) {
      if (!(error instanceof StoreError && error.code === "COMPACTED")) throw error; // it is done already
    }
  }

  async revision(): Promise<number> {
    this.#requireOpen();
    return this.#newest.get();
  }

  async requestProgress(): Promise<void> {
    this.#requireOpen();
    const barrier = [...this.#watches].filter((watch) => watch.requestProgress()).length > 0;
    if (barrier) await this.#writeBarrier();
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    this.#compaction?.cancel();
    await Promise.allSettled([...this.#starting, ...this.#pending]);
    await this.#lastEvents();
    for (const watch of this.#watches) watch.fail(closed());
    this.#parts.client.close();
  }

  async #lastEvents(): Promise<void> {
    const late = new AbortController();
    const caughtUp = Promise.all([...this.#watches].map((watch) => watch.caughtUp()));
    await Promise.race([caughtUp, this.#parts.clock.sleep(LAST_EVENTS, late.signal).catch(() => undefined)]);
    late.abort();
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) throw closed();
  }

  async #readRevision(): Promise<number> {
    const { key } = this.#parts.keys.range("");
    const { header } = await this.#parts.client.callRepeatably(RANGE, { key });
    return header?.revision ?? 0;
  }

  async #list(prefix: string, { limit = 0, startAfter, revision: wanted }: ListOptions): Promise<Page> {
    const { keys, client } = this.#parts;
    const { key: first, rangeEnd } = keys.range(prefix);
    let key = startAfter === undefined ? first : later(first, successor(keys.encode(startAfter)));
    let revision = wanted;
    const entries: Entry[] = [];
    for (;;) {
      const most = limit === 0 ? PAGE : Math.min(PAGE, limit - entries.length);
      const request = { key, rangeEnd, limit: most, ...(revision === undefined ? {} : { revision }) };
      const { kvs, count, header } = await client.callRepeatably(RANGE, request, PAGE_TIMEOUT);
      revision ??= header?.revision ?? 0;
      for (const kv of kvs) entries.push(this.#entries.entry(kv) as Entry);
      const last = kvs.at(-1);
      const remaining = count - kvs.length;
      if (last === undefined || remaining === 0 || entries.length === limit) return { entries, revision, remaining };
      key = successor(last.key);
    }
  }

  async #commit(transaction: Transaction): Promise<Commit> {
    if (this.#starting.size > 0) await Promise.allSettled(this.#starting);
    const { when, then } = transaction;
    if (when.length === 0 && then.length === 0) return { succeeded: true, revision: await this.#newest.get() };
    for (const mutation of then) if (mutation.type === "put") this.#values.add(mutation.key, mutation.value);
    const written = await this.#parts.writes.write(transaction);
    const { revision } = written;
    if (!written.succeeded) {
      const current = written.found.map((kv) => this.#entries.entry(kv));
      return { succeeded: false, revision, current };
    }
    this.#expectEvents(transaction, written);
    return { succeeded: true, revision };
  }

  #expectEvents({ then }: Transaction, { revision, idle }: Extract<Written, { succeeded: true }>): void {
    if (this.#watches.size === 0) return;
    for (const [index, { key }] of then.entries()) {
      if (idle.has(index)) continue;
      for (const watch of this.#watches) if (key.startsWith(watch.prefix)) watch.expect(revision);
    }
  }

  #startWatch(prefix: string, { from, onProgress }: WatchOptions, subscriber: Subscriber<StoreEvent>): void {
    const { client, clock, logger, keys } = this.#parts;
    const parts: WatchParts = { client, clock, logger, keys, entries: this.#entries };
    const start = (revision: number): void => {
      const watch = new Watch(parts, { prefix, from: revision, subscriber, onProgress });
      this.#watches.add(watch);
      subscriber.add(() => this.#watches.delete(watch));
      void watch.run();
    };
    if (from !== undefined) {
      start(from);
      return;
    }
    const starting: Promise<void> = this.#newest
      .get()
      .then(
        (revision) => {
          if (!subscriber.closed) start(revision);
        },
        (error: unknown) => subscriber.error(error),
      )
      .finally(() => this.#starting.delete(starting));
    this.#starting.add(starting);
  }

  /** Changes a key that only watches see, so that they get an event which shows how far they are. */
  async #writeBarrier(): Promise<void> {
    const put = { key: this.#parts.keys.barrier, value: new Uint8Array() };
    await this.#parts.client.callRepeatably(TXN, { compare: [], success: [{ put }], failure: [] });
  }
}

function closed(): StoreError {
  return new StoreError("CLOSED", "the store is closed");
}
