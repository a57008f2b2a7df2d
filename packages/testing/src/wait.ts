import type { Clock, VirtualClock } from "@pinnace/clock";
import type { Observable } from "rxjs";

/** Something that changes, and whether it is as wanted. */
interface Condition {
  /** Emits with every change (synchronously for the state at subscription). */
  readonly changes: Observable<unknown>;
  /** Asked after changes. What it throws ends the wait. */
  holds(): boolean;
}

/** Waits until a condition holds; false when `timeout` milliseconds passed first. */
export type Wait = (condition: Condition, timeout: number | undefined) => Promise<boolean>;

const REAL_TIMEOUT = 10_000;
const VIRTUAL_TIMEOUT = 3_600_000;

/** Lets virtual time run from timer to timer until the condition holds. */
export function waitOnVirtualClock(clock: VirtualClock): Wait {
  return async ({ changes, holds }, timeout = VIRTUAL_TIMEOUT) => {
    let changed = true;
    const subscription = changes.subscribe(() => {
      changed = true;
    });
    const look = (): boolean => {
      if (!changed) return false;
      changed = false;
      return holds();
    };
    try {
      return await clock.runUntil(look, { limit: timeout });
    } finally {
      subscription.unsubscribe();
    }
  };
}

/** Looks whenever something changes. */
export function waitOnRealClock(clock: Clock): Wait {
  return async ({ changes, holds }, timeout = REAL_TIMEOUT) => {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const look = (): void => {
      try {
        if (holds()) resolve(true);
      } catch (error) {
        reject(error);
      }
    };
    const timer = clock.setTimeout(() => resolve(false), timeout);
    const subscription = changes.subscribe(look);
    look();
    try {
      return await promise;
    } finally {
      subscription.unsubscribe();
      timer.cancel();
    }
  };
}
