/**
 * The time that all of Pinnace runs on. Components take a `Clock` and never ask the host, so a test (or a simulation)
 * can stop time, move it by an hour in an instant, and repeat a run exactly.
 *
 * ```ts
 * import { createVirtualClock } from "@pinnace/clock";
 *
 * const clock = createVirtualClock({ seed: 7 });
 * const ticks: number[] = [];
 * clock.setInterval(() => ticks.push(clock.now()), 60_000);
 *
 * await clock.advance(3_600_000);
 * console.log(ticks.length); // 60, at once
 * ```
 *
 * `createRealClock()` is the machine's time behind the same interface: `now()` never goes backwards, and timers may be
 * longer than the 24.8 days that hosts allow. `clock.scheduler` gives RxJS operators the same time.
 *
 * A virtual clock fires timers in the order of their instants (then in the order in which they were set) and lets all
 * promises settle after each one, before time moves on. Work that leaves the microtask queue, such as `crypto.subtle`
 * or a file, is announced with `addIdleCheck`. Numbers that must repeat come from `clock.random()` or `createRandom`.
 *
 * @packageDocumentation
 */
export * from "./clock.ts";
export { createRandom } from "./random.ts";
export { createRealClock, type TimeSources } from "./real-clock.ts";
export { createVirtualClock } from "./stepped-clock.ts";
export * from "./virtual-clock.ts";
