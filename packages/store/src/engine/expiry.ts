import type { Clock, Timer } from "@pinnace/clock";
import type { Mutation } from "../store.ts";

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
  #closed = false;
  readonly #waiting = new Map<string, { readonly deadline: Deadline; readonly timer: Timer }>();

  /** `expire` is called once per deadline, when it has come. */
  constructor(clock: Clock, expire: (deadline: Deadline) => void) {
    this.#clock = clock;
    this.#expire = expire;
  }

  /**
   * Follows a commit that was made at `revision` and at the instant `now`: its puts start, replace or end deadlines, its
   * deletions end them.
   */
  follow(mutations: readonly Mutation[], revision: number, now: number): void {
    for (const mutation of mutations) {
      this.#forget(mutation.key);
      if (mutation.type !== "put" || mutation.ttl === undefined) continue;
      this.add({ key: mutation.key, at: now + mutation.ttl, modRevision: revision });
    }
  }

  add(deadline: Deadline): void {
    if (this.#closed) return;
    this.#forget(deadline.key);
    // It stays known until the deletion is followed: a checkpoint that is written meanwhile must not lose it.
    const timer = this.#clock.setTimeout(() => this.#expire(deadline), deadline.at - this.#clock.now());
    this.#waiting.set(deadline.key, { deadline, timer });
  }

  /** When the entry of this key, as it was last written at `modRevision`, will be deleted. */
  deadlineOf(key: string, modRevision: number): number | undefined {
    const deadline = this.#waiting.get(key)?.deadline;
    return deadline?.modRevision === modRevision ? deadline.at : undefined;
  }

  *deadlines(): Generator<Deadline> {
    for (const { deadline } of this.#waiting.values()) yield deadline;
  }

  /** Forgets all deadlines; those that pending commits still bring are not waited for. */
  close(): void {
    this.#closed = true;
    for (const { timer } of this.#waiting.values()) timer.cancel();
    this.#waiting.clear();
  }

  #forget(key: string): void {
    const waiting = this.#waiting.size === 0 ? undefined : this.#waiting.get(key);
    if (waiting === undefined) return;
    waiting.timer.cancel();
    this.#waiting.delete(key);
  }
}
