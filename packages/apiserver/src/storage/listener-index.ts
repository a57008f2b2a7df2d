import type { CacheChange, CacheEntry, ChangeListener, FailureListener } from "./resource-cache.ts";

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

/** One who is called, and who is told when that failed. */
interface Listener {
  readonly call: ChangeListener;
  readonly failed: FailureListener | undefined;
}

/** Listeners, and the array of them while it stays the same. */
class Bucket {
  readonly #listeners = new Set<Listener>();
  readonly #report: FailureListener;
  #array: readonly Listener[] | undefined = [];

  constructor(report: FailureListener) {
    this.#report = report;
  }

  get size(): number {
    return this.#listeners.size;
  }

  add(listener: Listener): void {
    this.#listeners.add(listener);
    this.#array = undefined;
  }

  delete(listener: Listener): void {
    this.#listeners.delete(listener);
    this.#array = undefined;
  }

  /** Those that are there now; who comes or goes meanwhile does not matter. What one throws, no other notices. */
  notify(change: CacheChange): void {
    this.#array ??= [...this.#listeners];
    for (const listener of this.#array) {
      if (!this.#listeners.has(listener)) continue;
      try {
        listener.call(change);
      } catch (error) {
        this.#report(error);
        this.#end(listener, error);
      }
    }
  }

  /** Ends all of them. */
  fail(error: unknown): void {
    for (const listener of [...this.#listeners]) this.#end(listener, error);
  }

  /** Listeners that nobody is told of go on: what they keep account of is better nearly right than old. */
  #end(listener: Listener, error: unknown): void {
    if (listener.failed === undefined) return;
    this.delete(listener);
    try {
      listener.failed(error);
    } catch (another) {
      this.#report(another);
    }
  }
}

interface Index {
  readonly of: Trigger["of"];
  readonly byValue: Map<string, Bucket>;
}

/** Finds those who are to be called for a change. Nothing that a listener throws gets out; it is reported. */
export class ListenerIndex {
  readonly #report: FailureListener;
  readonly #everything: Bucket;
  readonly #indexes = new Map<string, Index>();

  constructor(report: FailureListener) {
    this.#report = report;
    this.#everything = new Bucket(report);
  }

  /** Returns what takes the listener out again. */
  add(call: ChangeListener, trigger?: Trigger, failed?: FailureListener): () => void {
    const listener = { call, failed };
    if (trigger === undefined) {
      this.#everything.add(listener);
      return () => this.#everything.delete(listener);
    }
    const index = this.#indexes.get(trigger.index) ?? { of: trigger.of, byValue: new Map<string, Bucket>() };
    this.#indexes.set(trigger.index, index);
    const bucket = index.byValue.get(trigger.value) ?? new Bucket(this.#report);
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
    for (const [name, index] of this.#indexes) this.#notifyOf(change, name, index);
  }

  #notifyOf(change: CacheChange, name: string, { of, byValue }: Index): void {
    let now: string | undefined;
    let before: string | undefined;
    try {
      now = change.current && of(change.current);
      before = change.previous && of(change.previous);
    } catch (error) {
      // Whom the change concerns is not known, so nobody may take it that nothing has changed.
      this.#report(error);
      for (const [value, bucket] of [...byValue]) {
        bucket.fail(error);
        if (bucket.size === 0) byValue.delete(value);
      }
      if (byValue.size === 0) this.#indexes.delete(name);
      return;
    }
    if (now !== undefined) byValue.get(now)?.notify(change);
    if (before !== undefined && before !== now) byValue.get(before)?.notify(change);
  }
}
