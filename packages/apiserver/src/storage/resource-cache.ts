import type { KubernetesObject } from "@pinnace/apimachinery";
import type { Entry } from "@pinnace/store";
import { type ObjectValue, objectValueOf } from "./object-value.ts";

/** One object of the cache. `key` is `namespace/name`, or `name` when cluster-scoped. */
export class CacheEntry {
  readonly key: string;
  readonly namespace: string;
  readonly revision: number;
  readonly #entry: Entry;
  #object: KubernetesObject | undefined;

  constructor(key: string, entry: Entry) {
    const slash = key.indexOf("/");
    this.key = key;
    this.namespace = slash < 0 ? "" : key.slice(0, slash);
    this.revision = entry.modRevision;
    this.#entry = entry;
  }

  /** With resourceVersion, frozen; decoded when first asked for. */
  get object(): KubernetesObject {
    this.#object ??= this.value.at(this.revision);
    return this.#object;
  }

  get value(): ObjectValue {
    return objectValueOf(this.#entry);
  }
}

/** One change. For a deletion `current` is undefined and `previous` is the last state. */
export interface CacheChange {
  readonly revision: number;
  readonly key: string;
  readonly namespace: string;
  readonly current: CacheEntry | undefined;
  readonly previous: CacheEntry | undefined;
}

type ChangeListener = (change: CacheChange) => void;

/** How many changes of one resource are kept for watches that start in the past. */
const DEFAULT_HISTORY = 10_000;

/**
 * All objects of one storage resource in key order, a window of past changes, and who listens. Changes arrive in
 * revision order from {@link StoreCache}.
 */
export class ResourceCache {
  readonly #entries = new Map<string, CacheEntry>();
  readonly #history: CacheChange[] = [];
  readonly #listeners = new Set<ChangeListener>();
  readonly #historyLimit: number;
  /** In key order. */
  #sorted: CacheEntry[] = [];
  /** Whether somebody holds `#sorted`, so that a change must copy it. */
  #shared = false;
  #historyStart: number;

  constructor(start: number, historyLimit: number = DEFAULT_HISTORY) {
    this.#historyStart = start;
    this.#historyLimit = historyLimit;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Changes after this revision are known. */
  get historyStart(): number {
    return this.#historyStart;
  }

  get(key: string): CacheEntry | undefined {
    return this.#entries.get(key);
  }

  /** Every entry, in key order. The array is a snapshot: nobody changes it. */
  list(): readonly CacheEntry[] {
    this.#shared = true;
    return this.#sorted;
  }

  /** The entries of one namespace, in key order. */
  inNamespace(namespace: string): readonly CacheEntry[] {
    const all = this.list();
    const from = lowerBound(all, `${namespace}/`);
    return all.slice(from, lowerBound(all, `${namespace}0`));
  }

  /** Loads an entry of the first snapshot. */
  load(entry: CacheEntry): void {
    this.#put(entry.key, entry);
  }

  apply(change: CacheChange): void {
    this.#put(change.key, change.current);
    this.#remember(change);
    for (const listener of [...this.#listeners]) listener(change);
  }

  /** The changes after `revision`; undefined when they are no longer known. */
  since(revision: number): readonly CacheChange[] | undefined {
    if (revision < this.#historyStart) return undefined;
    let from = this.#history.length;
    while (from > 0 && this.#history[from - 1]!.revision > revision) from -= 1;
    return this.#history.slice(from);
  }

  listen(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #put(key: string, entry: CacheEntry | undefined): void {
    if (this.#shared) {
      this.#sorted = this.#sorted.slice();
      this.#shared = false;
    }
    const at = lowerBound(this.#sorted, key);
    const present = this.#sorted[at]?.key === key;
    if (entry === undefined) {
      this.#entries.delete(key);
      if (present) this.#sorted.splice(at, 1);
      return;
    }
    this.#entries.set(key, entry);
    this.#sorted.splice(at, present ? 1 : 0, entry);
  }

  #remember(change: CacheChange): void {
    this.#history.push(change);
    if (this.#history.length <= this.#historyLimit * 1.25) return;
    const dropped = this.#history.splice(0, this.#history.length - this.#historyLimit);
    this.#historyStart = dropped.at(-1)!.revision;
  }
}

function lowerBound(entries: readonly CacheEntry[], key: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (entries[middle]!.key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
