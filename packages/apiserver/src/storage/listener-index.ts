import type { CacheChange, CacheEntry, ChangeListener } from "./resource-cache.ts";

/**
 * What must be true of an object before or after a change for a listener to be called: a cheap first choice among many
 * listeners, such as the thousands of kubelets that each watch the pods of their node.
 */
export interface Trigger {
  /** Names the property that is looked at: listeners with the same index share `of`. */
  readonly index: string;
  /** The value that the property must have. */
  readonly value: string;
  of(entry: CacheEntry): string;
}

/** Listeners, and the array of them while it stays the same. */
class Bucket {
  readonly #listeners = new Set<ChangeListener>();
  #array: readonly ChangeListener[] | undefined = [];

  get size(): number {
    return this.#listeners.size;
  }

  add(listener: ChangeListener): void {
    this.#listeners.add(listener);
    this.#array = undefined;
  }

  delete(listener: ChangeListener): void {
    this.#listeners.delete(listener);
    this.#array = undefined;
  }

  /** Those that are there now; who comes or goes meanwhile does not matter. */
  notify(change: CacheChange): void {
    this.#array ??= [...this.#listeners];
    for (const listener of this.#array) if (this.#listeners.has(listener)) listener(change);
  }
}

interface Index {
  readonly of: Trigger["of"];
  readonly byValue: Map<string, Bucket>;
}

/** Finds those who are to be called for a change. */
export class ListenerIndex {
  readonly #everything = new Bucket();
  readonly #indexes = new Map<string, Index>();

  /** Returns what takes the listener out again. */
  add(listener: ChangeListener, trigger?: Trigger): () => void {
    if (trigger === undefined) {
      this.#everything.add(listener);
      return () => this.#everything.delete(listener);
    }
    const index = this.#indexes.get(trigger.index) ?? { of: trigger.of, byValue: new Map<string, Bucket>() };
    this.#indexes.set(trigger.index, index);
    const bucket = index.byValue.get(trigger.value) ?? new Bucket();
    index.byValue.set(trigger.value, bucket);
    bucket.add(listener);
    return () => {
      bucket.delete(listener);
      if (bucket.size === 0 && index.byValue.get(trigger.value) === bucket) index.byValue.delete(trigger.value);
      if (index.byValue.size === 0 && this.#indexes.get(trigger.index) === index) this.#indexes.delete(trigger.index);
    };
  }

  notify(change: CacheChange): void {
    this.#everything.notify(change);
    for (const { of, byValue } of this.#indexes.values()) {
      const now = change.current && of(change.current);
      const before = change.previous && of(change.previous);
      if (now !== undefined) byValue.get(now)?.notify(change);
      if (before !== undefined && before !== now) byValue.get(before)?.notify(change);
    }
  }
}
