import { CodedError } from "@pinnace/errors";
import type { SchedulerLike } from "rxjs";
import type { Timer } from "./clock.ts";
import { host, nextMacrotask, reportUncaught } from "./host.ts";
import { createRandom } from "./random.ts";
import { requirePeriod } from "./real-clock.ts";
import { createScheduler } from "./scheduler.ts";
import { sleepOn } from "./sleep.ts";
import { TimerQueue } from "./timer-queue.ts";
import type { IdleCheck, VirtualClock, VirtualClockOptions } from "./virtual-clock.ts";

/** A paused {@link VirtualClock}. */
export function createVirtualClock(options: VirtualClockOptions = {}): VirtualClock {
  return new SteppedClock(options);
}

const DEFAULT_START = 1_767_225_600_000;
const DEFAULT_RUN_LIMIT = 3_600_000;
const DEFAULT_STALL_LIMIT = 10_000;
const RESUME_STEP = 10;

class SteppedClock implements VirtualClock {
  readonly scheduler: SchedulerLike = createScheduler(this);
  readonly random: () => number;
  readonly #timers = new TimerQueue();
  readonly #idleChecks = new Map<symbol, { readonly name: string; readonly check: IdleCheck }>();
  readonly #onError: (error: unknown) => void;
  readonly #stallLimit: number;
  #now: number;
  #jobs = 0;
  #lastJob: Promise<unknown> = Promise.resolve();
  #running: symbol | undefined;

  constructor(options: VirtualClockOptions) {
    this.#now = options.start ?? DEFAULT_START;
    this.random = createRandom(options.seed ?? 1);
    this.#onError = options.onError ?? reportUncaught;
    this.#stallLimit = options.stallLimit ?? DEFAULT_STALL_LIMIT;
  }

  get pending(): number {
    return this.#timers.size;
  }

  get next(): number | undefined {
    return this.#timers.peek()?.due;
  }

  get paused(): boolean {
    return this.#running === undefined;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, delay: number): Timer {
    const timer = this.#timers.add(this.#now + Math.max(delay || 0, 0), callback);
    this.#fireDueLater();
    return timer;
  }

  setInterval(callback: () => void, period: number): Timer {
    requirePeriod(period);
    return this.#timers.add(this.#now + period, callback, period);
  }

  sleep(delay: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delay, signal);
  }

  advance(duration: number): Promise<void> {
    return this.#enqueue(() => this.#advanceTo(this.#now + duration));
  }

  advanceTo(instant: number): Promise<void> {
    return this.#enqueue(() => this.#advanceTo(instant));
  }

  settle(): Promise<void> {
    return this.#enqueue(() => this.#advanceTo(this.#now));
  }

  step(): Promise<boolean> {
    return this.#enqueue(async () => {
      await this.#settled();
      const next = this.#nextReachable();
      if (next === undefined) return false;
      await this.#advanceTo(next);
      return true;
    });
  }

  runUntil(predicate: () => boolean | Promise<boolean>, options: { readonly limit?: number } = {}): Promise<boolean> {
    return this.#enqueue(async () => {
      const end = this.#now + (options.limit ?? DEFAULT_RUN_LIMIT);
      await this.#settled();
      for (;;) {
        if (await this.#holds(predicate)) return true;
        const next = this.#nextReachable();
        if (next === undefined) return false;
        if (next > end) {
          this.#moveTo(end);
          return false;
        }
        await this.#fireNext();
      }
    });
  }

  resume(options: { readonly rate?: number } = {}): void {
    const rate = options.rate ?? 1;
    if (!(rate > 0)) throw new RangeError(`rate must be greater than 0, got ${rate}`);
    const run = Symbol("run");
    this.#running = run;
    this.#runFreely(run, rate).catch((error: unknown) => {
      if (this.#running === run) this.pause();
      this.#onError(error);
    });
  }

  pause(): void {
    this.#running = undefined;
  }

  addIdleCheck(name: string, check: IdleCheck): () => void {
    const key = Symbol(name);
    this.#idleChecks.set(key, { name, check });
    return () => void this.#idleChecks.delete(key);
  }

  async #runFreely(run: symbol, rate: number): Promise<void> {
    let real = host.performance.now();
    while (this.#running === run) {
      if (rate !== Number.POSITIVE_INFINITY) {
        await new Promise<void>((resolve) => void host.setTimeout(resolve, RESUME_STEP));
        if (this.#running !== run) return;
        const elapsed = host.performance.now() - real;
        real += elapsed;
        await this.advance(elapsed * rate);
      } else if (!(await this.step())) {
        await new Promise<void>((resolve) => void host.setTimeout(resolve, 1));
      }
    }
  }

  /** Runs `job` when all jobs before it are done; the last one fires what fell due meanwhile. */
  #enqueue<Result>(job: () => Promise<Result>): Promise<Result> {
    this.#jobs++;
    const result = this.#lastJob.then(job).finally(() => {
      this.#jobs--;
      this.#fireDueLater();
    });
    this.#lastJob = result.catch(() => undefined);
    return result;
  }

  #fireDueLater(): void {
    const next = this.next;
    if (this.#jobs > 0 || next === undefined || next > this.#now) return;
    this.settle().catch(this.#onError);
  }

  async #advanceTo(instant: number): Promise<void> {
    if (!Number.isFinite(instant)) throw new RangeError(`time can only move to a finite instant, not to ${instant}`);
    await this.#settled();
    for (let next = this.next; next !== undefined && next <= Math.max(instant, this.#now); next = this.next)
      await this.#fireNext();
    this.#moveTo(instant);
  }

  async #fireNext(): Promise<void> {
    const timer = this.#timers.pop();
    if (timer === undefined) return;
    this.#moveTo(timer.due);
    try {
      timer.callback();
    } catch (error) {
      this.#onError(error);
    }
    this.#timers.again(timer);
    await this.#settled();
  }

  #moveTo(instant: number): void {
    if (instant > this.#now) this.#now = instant;
  }

  /** Timers set with an infinite delay wait for ever. */
  #nextReachable(): number | undefined {
    const next = this.next;
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }

  async #holds(predicate: () => boolean | Promise<boolean>): Promise<boolean> {
    const answer = predicate();
    if (typeof answer === "boolean") return answer;
    let pending = true;
    const settled = answer.finally(() => {
      pending = false;
    });
    // Handled below; without this a rejection that comes while timers fire would count as unhandled.
    settled.catch(() => undefined);
    const busySince = host.performance.now();
    while (pending) {
      if ((this.next ?? Number.POSITIVE_INFINITY) <= this.#now) await this.#fireNext();
      else await nextMacrotask();
      if (pending) this.#refuseStall(busySince, "the predicate of runUntil");
    }
    return settled;
  }

  async #settled(): Promise<void> {
    await nextMacrotask();
    if (this.#idleChecks.size === 0) return;
    const busySince = host.performance.now();
    for (let busy = this.#busyCheck(); busy !== undefined; busy = this.#busyCheck()) {
      this.#refuseStall(busySince, `the idle check "${busy}"`);
      await nextMacrotask();
    }
  }

  #busyCheck(): string | undefined {
    for (const { name, check } of this.#idleChecks.values()) if (!check()) return name;
    return undefined;
  }

  #refuseStall(since: number, culprit: string): void {
    if (host.performance.now() - since < this.#stallLimit) return;
    throw new CodedError("STALLED", `virtual time stands still: ${culprit} was busy for ${this.#stallLimit} ms`, {
      remedy: "Work that waits for the clock must not hold it up; raise stallLimit for work that is merely slow.",
    });
  }
}
