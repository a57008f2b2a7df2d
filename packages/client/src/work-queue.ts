import type { Clock, Timer } from "@pinnace/clock";

/**
 * Keys to work on. A key that is added while it waits is there once; one that is added while it is worked on waits until
 * {@link WorkQueue.done}. So nobody ever works twice on one key at a time, and no addition is lost.
 */
export interface WorkQueue {
  /** Keys that wait (not those being worked on, nor delayed). */
  readonly length: number;
  readonly shuttingDown: boolean;
  add(key: string): void;
  /** Adds the key after `delay` milliseconds; of two delays of one key the earlier counts. 0 or less adds at once. */
  addAfter(key: string, delay: number): void;
  /** Adds the key after the back-off that its failures so far ask for: 5 ms·2ⁿ up to 1,000 s. */
  addRateLimited(key: string): void;
  /** Ends the back-off of a key that went well. */
  forget(key: string): void;
  /** How often {@link WorkQueue.addRateLimited} was called since the last {@link WorkQueue.forget}. */
  numRequeues(key: string): number;
  /** The next key, in order of addition; undefined when the queue was shut down and nothing waits. Call `done` after it. */
  get(): Promise<string | undefined>;
  /** The work on the key is over; it waits again when it was added meanwhile. */
  done(key: string): void;
  /** Takes no more keys. What waits is still handed out, what is delayed is forgotten. */
  shutDown(): void;
  /** Shuts down and resolves when nothing waits and nothing is worked on. */
  shutDownWithDrain(): Promise<void>;
}

/** Told what happens to keys, for metrics. Times are milliseconds. */
export interface WorkQueueObserver {
  added?(depth: number): void;
  /** `waited` since the key was added. */
  started?(key: string, depth: number, waited: number): void;
  finished?(key: string, worked: number): void;
  retried?(): void;
}

export interface WorkQueueOptions {
  readonly clock: Clock;
  /** First back-off of a failing key, milliseconds; default 5. */
  readonly baseDelay?: number;
  /** Longest back-off of a failing key, milliseconds; default 1,000,000. */
  readonly maxDelay?: number;
  readonly observer?: WorkQueueObserver;
}

/** A work queue with client-go's rules, on the given clock. */
export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  return new ClockedWorkQueue(options);
}

interface Delayed {
  readonly at: number;
  readonly timer: Timer;
}

class ClockedWorkQueue implements WorkQueue {
  readonly #clock: Clock;
  readonly #baseDelay: number;
  readonly #maxDelay: number;
  readonly #observer: WorkQueueObserver;
  /** Waiting keys, in order, with the instant of their addition. */
  readonly #waiting = new Map<string, number>();
  /** Keys being worked on, with the instant that work began. */
  readonly #processing = new Map<string, number>();
  /** Keys that were added while being worked on. */
  readonly #dirty = new Map<string, number>();
  readonly #delayed = new Map<string, Delayed>();
  readonly #failures = new Map<string, number>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  readonly #drained: (() => void)[] = [];
  #shuttingDown = false;

  constructor({ clock, baseDelay = 5, maxDelay = 1_000_000, observer = {} }: WorkQueueOptions) {
    this.#clock = clock;
    this.#baseDelay = baseDelay;
    this.#maxDelay = maxDelay;
    this.#observer = observer;
  }

  get length(): number {
    return this.#waiting.size;
  }

  get shuttingDown(): boolean {
    return this.#shuttingDown;
  }

  add(key: string): void {
    if (this.#shuttingDown || this.#waiting.has(key) || this.#dirty.has(key)) return;
    const now = this.#clock.now();
    if (this.#processing.has(key)) {
      this.#dirty.set(key, now);
      this.#observer.added?.(this.#waiting.size);
      return;
    }
    this.#wait(key, now);
  }

  addAfter(key: string, delay: number): void {
    if (this.#shuttingDown) return;
    if (delay <= 0) {
      this.add(key);
      return;
    }
    const at = this.#clock.now() + delay;
    const present = this.#delayed.get(key);
    if (present !== undefined && present.at <= at) return;
    present?.timer.cancel();
    const timer = this.#clock.setTimeout(() => {
      this.#delayed.delete(key);
      this.add(key);
    }, delay);
    this.#delayed.set(key, { at, timer });
  }

  addRateLimited(key: string): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.#observer.retried?.();
    this.addAfter(key, Math.min(this.#baseDelay * 2 ** failures, this.#maxDelay));
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  numRequeues(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  get(): Promise<string | undefined> {
    const next = this.#waiting.keys().next();
    if (!next.done) return Promise.resolve(this.#take(next.value));
    if (this.#shuttingDown) return Promise.resolve(undefined);
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  done(key: string): void {
    const started = this.#processing.get(key);
    if (started === undefined) return;
    this.#processing.delete(key);
    this.#observer.finished?.(key, this.#clock.now() - started);
    const added = this.#dirty.get(key);
    if (added !== undefined) {
      this.#dirty.delete(key);
      this.#wait(key, added);
    }
    this.#settle();
  }

  shutDown(): void {
    this.#shuttingDown = true;
    for (const { timer } of this.#delayed.values()) timer.cancel();
    this.#delayed.clear();
    for (const taker of this.#takers.splice(0)) taker(undefined);
    this.#settle();
  }

  shutDownWithDrain(): Promise<void> {
    return new Promise((resolve) => {
      this.#drained.push(resolve);
      this.shutDown();
    });
  }

  #wait(key: string, since: number): void {
    this.#waiting.set(key, since);
    this.#observer.added?.(this.#waiting.size);
    this.#takers.shift()?.(this.#take(key));
  }

  #take(key: string): string {
    const now = this.#clock.now();
    const since = this.#waiting.get(key) ?? now;
    this.#waiting.delete(key);
    this.#processing.set(key, now);
    this.#observer.started?.(key, this.#waiting.size, now - since);
    return key;
  }

  #settle(): void {
    if (!this.#shuttingDown || this.#waiting.size + this.#processing.size > 0) return;
    for (const drained of this.#drained.splice(0)) drained();
  }
}
