import type { SchedulerLike } from "rxjs";
import type { Clock, Timer } from "./clock.ts";
import { host, postMacrotask } from "./host.ts";
import { createScheduler } from "./scheduler.ts";
import { sleepOn } from "./sleep.ts";

/** What hosts accept; a longer delay would fire at once. */
const LONGEST_HOST_DELAY = 2 ** 31 - 1;

/** Where a {@link createRealClock} reads the time; for tests of the clock itself. */
export interface TimeSources {
  /** Wall time in milliseconds since the epoch; may jump. */
  readonly wall: () => number;
  /** Milliseconds since any instant; never goes backwards. */
  readonly monotonic: () => number;
}

/**
 * The machine's time. `now()` follows the wall clock: at once when that is set forward; when it is set back, `now()` runs
 * at half speed until both agree, so that it never goes backwards. Timers follow the monotonic clock and may be longer
 * than the 24.8 days that hosts accept. They keep a Node process alive until they fire or are cancelled.
 */
export function createRealClock(sources: Partial<TimeSources> = {}): Clock {
  return new RealClock({
    wall: sources.wall ?? ((): number => host.Date.now()),
    monotonic: sources.monotonic ?? ((): number => host.performance.now()),
  });
}

class RealClock implements Clock {
  readonly scheduler: SchedulerLike = createScheduler(this);
  readonly #sources: TimeSources;
  #monotonic: number;
  #now: number;

  constructor(sources: TimeSources) {
    this.#sources = sources;
    this.#monotonic = sources.monotonic();
    this.#now = sources.wall();
  }

  now(): number {
    const monotonic = this.#sources.monotonic();
    const elapsed = Math.max(0, monotonic - this.#monotonic);
    const wall = this.#sources.wall();
    const expected = this.#now + elapsed;
    // Wall time has whole milliseconds: a difference below one is no difference.
    const ahead = expected - wall;
    if (ahead < 0) this.#now = wall;
    else if (ahead <= 1) this.#now = expected;
    else this.#now += elapsed / 2;
    this.#monotonic = monotonic;
    return this.#now;
  }

  setTimeout(callback: () => void, delay: number): Timer {
    const timer = new RealTimer();
    timer.start(callback, Math.max(delay || 0, 0));
    return timer;
  }

  setInterval(callback: () => void, period: number): Timer {
    requirePeriod(period);
    const timer = new RealTimer();
    const tick = (): void => {
      timer.start(tick, period);
      callback();
    };
    timer.start(tick, period);
    return timer;
  }

  sleep(delay: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delay, signal);
  }
}

class RealTimer implements Timer {
  #handle: unknown;
  #cancelled = false;

  start(callback: () => void, delay: number): void {
    if (delay === 0) this.#startSoon(callback);
    else this.#startLater(callback, delay);
  }

  cancel(): void {
    this.#cancelled = true;
    host.clearTimeout(this.#handle);
  }

  /** Hosts take 1 to 4 milliseconds for a timeout of 0. */
  #startSoon(callback: () => void): void {
    postMacrotask(() => {
      if (!this.#cancelled) callback();
    });
  }

  #startLater(callback: () => void, delay: number): void {
    const part = Math.min(delay, LONGEST_HOST_DELAY);
    const next = part === delay ? callback : (): void => this.#startLater(callback, delay - part);
    this.#handle = host.setTimeout(next, part);
  }
}

/** Refuses a period with which an interval would never let go. */
export function requirePeriod(period: number): void {
  if (!(period > 0)) throw new RangeError(`interval period must be greater than 0 milliseconds, got ${period}`);
}
