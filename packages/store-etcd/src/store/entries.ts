import type { Entry, StoreEvent } from "@pinnace/store";
import type { Keys } from "../keys.ts";
import type { KeyValue, WatchedEvent } from "../protocol/messages.ts";
import type { RecentValues } from "./recent-values.ts";

/** etcd's numbers for the types of events. */
const DELETE = 1;

/**
 * True for a change of a key that was there before, without what it was: etcd looks that up when it sends the event, and
 * finds nothing when a compaction came in between.
 */
export function lacksPrevious({ type, kv, prevKv }: WatchedEvent): boolean {
  if (kv === undefined || (prevKv !== undefined && prevKv.modRevision > 0)) return false;
  return type === DELETE || kv.createRevision < kv.modRevision;
}

/** Turns what etcd sends into what a store returns. */
export class Entries {
  readonly #keys: Keys;
  readonly #values: RecentValues;

  constructor(keys: Keys, values: RecentValues) {
    this.#keys = keys;
    this.#values = values;
  }

  /** Undefined when there is none, or when it is not a store's. */
  entry(kv: KeyValue | undefined): Entry | undefined {
    const key = kv === undefined ? undefined : this.#keys.decode(kv.key);
    if (kv === undefined || key === undefined || kv.modRevision === 0) return undefined;
    const { createRevision, modRevision } = kv;
    return Object.freeze({ key, value: this.#values.valueOf(key, kv.value), createRevision, modRevision });
  }

  /** Undefined for what is not a store's. */
  event({ type, kv, prevKv }: WatchedEvent): StoreEvent | undefined {
    const key = kv === undefined ? undefined : this.#keys.decode(kv.key);
    if (kv === undefined || key === undefined) return undefined;
    const previous = this.entry(prevKv);
    const revision = kv.modRevision;
    if (type === DELETE) return Object.freeze({ type: "delete", key, previous, revision });
    const entry = this.entry(kv);
    return entry === undefined ? undefined : Object.freeze({ type: "put", entry, previous, revision });
  }
}
