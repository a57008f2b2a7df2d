import type { Clock } from "@pinnace/clock";

/** Expectations that are not met within this many milliseconds are given up (client-go: 5 minutes). */
const TIMEOUT = 300_000;

interface Expected {
  creations: number;
  readonly deletions: Set<string>;
  readonly since: number;
}

/**
 * What a controller has written and not yet seen in its cache. A controller that creates and deletes dependents asks
 * {@link Expectations.satisfied} before it counts them, so that a cache that lags never makes it write twice.
 */
export class Expectations {
  readonly #clock: Clock;
  readonly #expected = new Map<string, Expected>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True when all that was written for `key` has been seen, or was waited for too long. */
  satisfied(key: string): boolean {
    const expected = this.#expected.get(key);
    if (expected === undefined) return true;
    if (expected.creations <= 0 && expected.deletions.size === 0) return true;
    return this.#clock.now() - expected.since > TIMEOUT;
  }

  /** `creations` objects are about to be created and those with the uids in `deletions` to be deleted for `key`. */
  expect(key: string, creations: number, deletions: Iterable<string>): void {
    this.#expected.set(key, { creations, deletions: new Set(deletions), since: this.#clock.now() });
  }

  /** {@link Expectations.expect} creations only. */
  expectCreations(key: string, count: number): void {
    this.expect(key, count, []);
  }

  /** {@link Expectations.expect} deletions only. */
  expectDeletions(key: string, uids: Iterable<string>): void {
    this.expect(key, 0, uids);
  }

  /** An object of `key` appeared, or its creation failed. */
  creationObserved(key: string): void {
    const expected = this.#expected.get(key);
    if (expected !== undefined && expected.creations > 0) expected.creations--;
  }

  /** An object of `key` is gone or going, or its deletion failed. */
  deletionObserved(key: string, uid: string): void {
    this.#expected.get(key)?.deletions.delete(uid);
  }

  /** `key` itself is gone. */
  forget(key: string): void {
    this.#expected.delete(key);
  }
}
