import type { SchedulerLike } from "rxjs";

/** The DI token of the {@link Clock}. */
export const CLOCK: unique symbol = Symbol.for("pinnace.clock") as never;

/**
 * The only source of time in Pinnace. Every component receives one; none calls `Date.now()` or `setTimeout` itself.
 * Durations are milliseconds, instants are milliseconds since the Unix epoch (they may have a fraction).
 */
export interface Clock {
  /** The current instant. Never goes backwards within one clock. */
  now(): number;
  /**
   * Calls `callback` once, `delay` milliseconds from now (0: after the current macrotask; negative counts as 0).
   * A callback that throws is reported like an uncaught error; it does not stop other timers.
   */
  setTimeout(callback: () => void, delay: number): Timer;
  /** Calls `callback` every `period` milliseconds (> 0), first after one period. */
  setInterval(callback: () => void, period: number): Timer;
  /** Resolves after `delay` milliseconds; rejects with the signal's reason when it aborts first. */
  sleep(delay: number, signal?: AbortSignal): Promise<void>;
  /** The same time as an RxJS scheduler, for `delay`, `debounceTime`, `timer` and their kind. */
  readonly scheduler: SchedulerLike;
}

/** A pending timer. */
export interface Timer {
  /** Forgets the timer; harmless when it has fired already. */
  cancel(): void;
}
