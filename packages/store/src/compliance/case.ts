import type { Store } from "../store.ts";

/** What an implementation gives to the suite; made anew for each case. */
export interface StoreHarness {
  /** Opens an empty store (revision 1). */
  open(): Promise<Store>;
  /** Lets this many milliseconds pass for the store, and returns when what fell due has happened. */
  elapse(duration: number): Promise<void>;
  /** The most milliseconds that the engine ends a time to live late; at most 1,500. Default: 0. */
  readonly lateness?: number;
  /** For engines that persist: opens what the last store had, which is closed by then. Absent: its cases are skipped. */
  reopen?(): Promise<Store>;
  /** Removes what the case has left behind, after all stores were closed. */
  dispose?(): Promise<void>;
}

/** One behaviour that the contract demands. It passes when `run` resolves. */
export interface StoreCase {
  /** Completes the sentence "a store ...". */
  readonly name: string;
  readonly needs?: "reopen";
  run(store: Store, harness: StoreHarness): Promise<void>;
}

/** The two functions of a test runner that the suite needs; those of vitest, jest, mocha and node:test fit. */
export interface TestRunner {
  describe(name: string, define: () => void): void;
  it(name: string, run: () => Promise<void>): void;
}
