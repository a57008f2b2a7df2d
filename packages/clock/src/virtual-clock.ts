import type { Clock } from "./clock.ts";

/** The DI token of the {@link VirtualClock}, bound beside `CLOCK` where time is virtual. */
export const VIRTUAL_CLOCK: unique symbol = Symbol.for("pinnace.clock.virtual") as never;

export interface VirtualClockOptions {
  /** The first instant, milliseconds since the epoch. Default: 2026-01-01T00:00:00Z. */
  readonly start?: number;
  /** Seed of {@link VirtualClock.random}. Default: 1. */
  readonly seed?: number | string;
  /** Receives what timers' callbacks throw. Default: it surfaces as an uncaught error of the host. */
  readonly onError?: (error: unknown) => void;
  /** How many real milliseconds a busy {@link IdleCheck} may hold time up. Default: 10,000. */
  readonly stallLimit?: number;
}

/** True when a component has no work under way that microtasks alone will not finish. */
export type IdleCheck = () => boolean;

/**
 * Time that stands still until somebody moves it. Timers fire one after the other, ordered by their instant, those of
 * one instant in the order in which they were set. After each timer the clock waits until everything settled before it
 * goes on:
 *
 * - all microtasks, that is promise chains of any length (it waits for a macrotask of the host);
 * - all {@link addIdleCheck idle checks}, for work that leaves the microtask queue (crypto, files, other threads).
 *
 * Timers that are due at the present instant (delay 0) fire by themselves, because no time passes for them. Runs with
 * the same seed and the same calls have the same history as long as all waiting is done on this clock.
 *
 * The methods that move time queue up: a call starts when the ones before it are done. All of them reject with
 * `STALLED` (a `CodedError`) when an idle check stays busy.
 */
export interface VirtualClock extends Clock {
  /** Moves time by `duration` milliseconds and fires what falls due on the way; time then stands at the end. */
  advance(duration: number): Promise<void>;
  /** The same up to an instant; one that has passed already only fires what is due now. */
  advanceTo(instant: number): Promise<void>;
  /** Jumps to the next instant that has a timer and fires all timers of that instant. False: no timer is pending. */
  step(): Promise<boolean>;
  /**
   * Steps until `predicate` holds; it is asked first at the present instant and then after each timer's effects have
   * settled. While a promise of the predicate is pending only timers of the present instant fire.
   * Resolves with true when it held, and with false when no timer is left or `limit` milliseconds (default: one hour)
   * have passed.
   */
  runUntil(predicate: () => boolean | Promise<boolean>, options?: { readonly limit?: number }): Promise<boolean>;
  /** Waits until the present instant has settled: microtasks, idle checks and the timers that are due. */
  settle(): Promise<void>;
  /**
   * Lets time run in the background, `rate` virtual milliseconds per real one (default 1, in steps of about 10 real
   * milliseconds). `Infinity` jumps from timer to timer without a pause. Calling it again changes the rate.
   */
  resume(options?: { readonly rate?: number }): void;
  /** Ends {@link resume}; the initial state. A timer whose instant has been reached still fires. */
  pause(): void;
  /** False while time runs by itself. */
  readonly paused: boolean;
  /** How many timers wait (an interval counts as one). */
  readonly pending: number;
  /** The instant of the next timer. */
  readonly next: number | undefined;
  /** The next number in [0, 1) of a sequence that the seed determines. */
  random(): number;
  /**
   * Time moves only while `check` returns true; returns the function that removes it. Work that itself waits for this
   * clock must not make a check busy: neither could go on, and the run ends with `STALLED`, which names the check.
   */
  addIdleCheck(name: string, check: IdleCheck): () => void;
}
