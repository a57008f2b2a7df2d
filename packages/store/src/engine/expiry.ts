import type { Clock, Timer } from "@pinnace/clock";
import type { Mutation, StoreEvent } from "../store.ts";

/** A key that will be deleted. */
export interface Deadline {
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The write that set it; a later one makes it void. */
  readonly modRevision: number;
}

/** Remembers when keys with a time to live end. */
export class Expiry {
  readonly #clock: Clock;
  readonly #expire: (deadline: Deadline) => void;
  readonly #waiting = new Map<string, { readonly deadline: Deadline; readonly timer: Timer }>();

  /** `expire` is called once per deadline, when it has come. */
  constructor(clock: Clock, expire: (deadline: Deadline) => void) {
    this.#clock = clock;
    this.#expire = expire;
  }

  /** Follows a commit: its puts start, replace or end deadlines, its deletions end them. */
  follow(mutations: readonly Mutation[], events: readonly StoreEvent[]): void {
    const revision = events[0]?.revision ?? 0;
    for (const mutation of mutations) {
      this.#forget(mutation.key);
      if (mutation.type !== "put" || mutation.ttl === undefined) continue;
      this.add({ key: mutation.key, at: this.#clock.now() + mutation.ttl, modRevision: revision });
    }
  }

  add(deadline: Deadline): void {
    this.#forget(deadline.key);
    const timer = this.#clock.setTimeout(() => {
      this.#waiting.delete(deadline.key);
      this.#expire(deadline);
    }, deadline.at - this.#clock.now());
    this.#waiting.set(deadline.key, { deadline, timer });
  }

  *deadlines(): Generator<Deadline> {
    for (const { deadline } of this.#waiting.values()) yield deadline;
  }

  close(): void {
    for (const { timer } of this.#waiting.values()) timer.cancel();
    this.#waiting.clear();
  }

  #forget(key: string): void {
    this.#waiting.get(key)?.timer.cancel();
    this.#waiting.delete(key);
  }
}
