import { debounceTime, interval, Subject, take, timer, toArray } from "rxjs";
import { describe, expect, it } from "vitest";
import { createVirtualClock } from "../src/index.ts";

describe("createVirtualClock", () => {
  it("stands still until it is moved", async () => {
    const clock = createVirtualClock({ start: 5 });
    let fired = false;
    clock.setTimeout(() => {
      fired = true;
    }, 10);
    expect(clock.pending).toBe(1);
    expect(clock.next).toBe(15);
    await clock.advance(9);
    expect([clock.now(), fired]).toEqual([14, false]);
    await clock.advance(1);
    expect([clock.now(), fired, clock.pending]).toEqual([15, true, 0]);
  });

  it("fires by instant, then in the order of setting", async () => {
    const clock = createVirtualClock({ start: 0 });
    const log: string[] = [];
    for (const [name, delay] of [
      ["c", 3],
      ["a", 1],
      ["d", 3],
      ["b", 2],
    ] as const)
      clock.setTimeout(() => log.push(`${name}@${clock.now()}`), delay);
    await clock.advance(10);
    expect(log).toEqual(["a@1", "b@2", "c@3", "d@3"]);
    expect(clock.now()).toBe(10);
  });

  it("lets a promise chain of any length settle before the next timer", async () => {
    const clock = createVirtualClock({ start: 0 });
    const log: string[] = [];
    clock.setTimeout(async () => {
      for (let turn = 0; turn < 10_000; turn++) await undefined;
      log.push(`chain@${clock.now()}`);
      clock.setTimeout(() => log.push("set by the chain"), 1);
    }, 1);
    clock.setTimeout(() => log.push("second"), 2);
    clock.setTimeout(() => log.push("third"), 3);
    await clock.advance(3);
    expect(log).toEqual(["chain@1", "second", "set by the chain", "third"]);
  });

  it("fires timers without a delay although time stands still", async () => {
    const clock = createVirtualClock({ start: 0 });
    await clock.sleep(0);
    await clock.sleep(-5);
    await clock.sleep(Number.NaN);
    expect(clock.now()).toBe(0);
  });

  it("repeats an interval until it is cancelled, also from its own callback", async () => {
    const clock = createVirtualClock({ start: 0 });
    const ticks: number[] = [];
    const tick = clock.setInterval(() => {
      ticks.push(clock.now());
      if (ticks.length === 3) tick.cancel();
    }, 20);
    await clock.advance(1000);
    tick.cancel();
    expect(ticks).toEqual([20, 40, 60]);
    expect(() => clock.setInterval(() => undefined, 0)).toThrow(RangeError);
  });

  it("steps from instant to instant", async () => {
    const clock = createVirtualClock({ start: 0 });
    const log: string[] = [];
    clock.setTimeout(() => log.push("a"), 7);
    clock.setTimeout(() => log.push("b"), 7);
    clock.setTimeout(() => log.push("c"), 9);
    expect([await clock.step(), clock.now(), log.join("")]).toEqual([true, 7, "ab"]);
    expect([await clock.step(), clock.now(), log.join("")]).toEqual([true, 9, "abc"]);
    clock.setTimeout(() => log.push("never"), Number.POSITIVE_INFINITY);
    expect([await clock.step(), clock.now()]).toEqual([false, 9]);
  });

  it("runs until a predicate holds, its limit has passed or nothing is left", async () => {
    const clock = createVirtualClock({ start: 0 });
    expect(await clock.runUntil(() => true)).toBe(true);
    expect(await clock.runUntil(() => false)).toBe(false);
    let count = 0;
    clock.setInterval(() => count++, 1000);
    expect(await clock.runUntil(() => count === 5)).toBe(true);
    expect(clock.now()).toBe(5000);
    expect(await clock.runUntil(() => false, { limit: 1500 })).toBe(false);
    expect(clock.now()).toBe(6500);
    expect(await clock.runUntil(() => clock.sleep(0).then(() => count === 8))).toBe(true);
    await expect(clock.runUntil(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  });

  it("does what is asked of it one after the other", async () => {
    const clock = createVirtualClock({ start: 0 });
    const log: number[] = [];
    clock.setInterval(() => log.push(clock.now()), 10);
    await Promise.all([clock.advance(15), clock.advance(15), clock.advanceTo(12)]);
    expect(log).toEqual([10, 20, 30]);
    expect(clock.now()).toBe(30);
    await expect(clock.advance(Number.POSITIVE_INFINITY)).rejects.toThrow(RangeError);
  });

  it("goes on after a callback that throws", async () => {
    const errors: unknown[] = [];
    const clock = createVirtualClock({ onError: (error) => errors.push(error) });
    let fired = false;
    clock.setTimeout(() => {
      throw new Error("first");
    }, 1);
    clock.setTimeout(() => {
      fired = true;
    }, 1);
    await clock.advance(1);
    expect([String(errors), fired]).toEqual(["Error: first", true]);
  });

  it("waits for work outside the microtask queue when a check says so", async () => {
    const clock = createVirtualClock({ start: 0 });
    let busy = 0;
    const remove = clock.addIdleCheck("digests", () => busy === 0);
    const log: string[] = [];
    clock.setTimeout(async () => {
      busy++;
      await crypto.subtle.digest("SHA-256", new Uint8Array(1_000_000));
      busy--;
      log.push(`digest@${clock.now()}`);
    }, 1);
    clock.setTimeout(() => log.push("later"), 2);
    await clock.advance(2);
    expect(log).toEqual(["digest@1", "later"]);
    remove();
  });

  it("reports who holds time up", async () => {
    const clock = createVirtualClock({ stallLimit: 5 });
    const remove = clock.addIdleCheck("stuck", () => false);
    await expect(clock.advance(1)).rejects.toMatchObject({
      code: "STALLED",
      message: expect.stringContaining("stuck"),
    });
    remove();
    await clock.advance(1);
  });

  it("rejects a sleep with the signal's reason and forgets its timer", async () => {
    const clock = createVirtualClock();
    const controller = new AbortController();
    const slept = clock.sleep(1000, controller.signal);
    controller.abort("enough");
    await expect(slept).rejects.toBe("enough");
    await expect(clock.sleep(1, controller.signal)).rejects.toBe("enough");
    expect(clock.pending).toBe(0);
  });

  it("runs by itself between resume and pause", async () => {
    const clock = createVirtualClock({ start: 0 });
    clock.resume({ rate: Number.POSITIVE_INFINITY });
    expect(clock.paused).toBe(false);
    await clock.sleep(3_600_000);
    clock.pause();
    expect([clock.now(), clock.paused]).toEqual([3_600_000, true]);
    clock.resume({ rate: 10_000 });
    await clock.sleep(60_000);
    clock.pause();
    expect(clock.now()).toBeGreaterThanOrEqual(3_660_000);
    expect(() => clock.resume({ rate: 0 })).toThrow(RangeError);
  });

  it("repeats its random numbers for the same seed", () => {
    const draw = (seed: string) => {
      const { random } = createVirtualClock({ seed });
      return [random(), random(), random()];
    };
    expect(draw("a")).toEqual(draw("a"));
    expect(draw("a")).not.toEqual(draw("b"));
  });
});

describe("scheduler of a virtual clock", () => {
  it("drives RxJS operators", async () => {
    const clock = createVirtualClock({ start: 0 });
    const seen: unknown[] = [];
    interval(100, clock.scheduler)
      .pipe(take(3), toArray())
      .subscribe((values) => seen.push([clock.now(), values]));
    timer(50, 25, clock.scheduler)
      .pipe(take(2))
      .subscribe((value) => seen.push([clock.now(), value]));
    const source = new Subject<string>();
    source.pipe(debounceTime(10, clock.scheduler)).subscribe((value) => seen.push([clock.now(), value]));
    source.next("x");
    source.next("y");
    await clock.advance(1000);
    expect(seen).toEqual([
      [10, "y"],
      [50, 0],
      [75, 1],
      [300, [0, 1, 2]],
    ]);
    expect(clock.pending).toBe(0);
  });

  it("forgets work that is unsubscribed", async () => {
    const clock = createVirtualClock({ start: 0 });
    const action = clock.scheduler.schedule(() => expect.unreachable(), 10);
    action.unsubscribe();
    expect(clock.pending).toBe(0);
    expect(clock.scheduler.now()).toBe(0);
  });

  it("stops an action whose work throws", async () => {
    const errors: unknown[] = [];
    const clock = createVirtualClock({ onError: (error) => errors.push(error) });
    const action = clock.scheduler.schedule(() => {
      throw new Error("work");
    }, 1);
    await clock.advance(1);
    expect([errors.length, action.closed]).toEqual([1, true]);
  });
});
