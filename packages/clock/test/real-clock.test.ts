import fc from "fast-check";
import { firstValueFrom, timer } from "rxjs";
import { describe, expect, it } from "vitest";
import { createRandom, createRealClock } from "../src/index.ts";

describe("createRealClock", () => {
  it("tells the time", () => {
    const clock = createRealClock();
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(50);
  });

  const steps = [
    {
      name: "runs with the monotonic clock",
      moves: [
        [10, 10],
        [5, 5],
      ],
      expected: [1010, 1015],
    },
    {
      name: "keeps fractions of a millisecond",
      moves: [
        [0.5, 0],
        [0.25, 0],
      ],
      expected: [1000.5, 1000.75],
    },
    {
      name: "follows a wall clock that is set forward",
      moves: [
        [10, 5010],
        [10, 10],
      ],
      expected: [6010, 6020],
    },
    {
      name: "slows down when the wall clock is set back",
      moves: [
        [10, -90],
        [100, 100],
      ],
      expected: [1005, 1055],
    },
  ] as const;
  for (const { name, moves, expected } of steps)
    it(name, () => {
      let monotonic = 0;
      let wall = 1000;
      const clock = createRealClock({ monotonic: () => monotonic, wall: () => wall });
      const seen = moves.map(([real, walled]) => {
        monotonic += real;
        wall += walled;
        return clock.now();
      });
      expect(seen).toEqual(expected);
    });

  it("never goes backwards", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1000), fc.integer({ min: -5000, max: 5000 }))), (moves) => {
        let monotonic = 0;
        let wall = 10_000_000;
        const clock = createRealClock({ monotonic: () => monotonic, wall: () => wall });
        let last = clock.now();
        for (const [real, walled] of moves) {
          monotonic += real;
          wall += walled;
          const now = clock.now();
          expect(now).toBeGreaterThanOrEqual(last);
          last = now;
        }
      }),
    );
  });

  it("fires, repeats and cancels", async () => {
    const clock = createRealClock();
    clock.setTimeout(() => expect.unreachable(), 1).cancel();
    const ticks = await new Promise<number>((resolve) => {
      let count = 0;
      const tick = clock.setInterval(() => {
        if (++count < 3) return;
        tick.cancel();
        resolve(count);
      }, 1);
    });
    expect(ticks).toBe(3);
    await clock.sleep(1);
    await firstValueFrom(timer(1, clock.scheduler));
    await expect(clock.sleep(1000, AbortSignal.abort("no"))).rejects.toBe("no");
  });

  it("does not fire a timer of a year at once", async () => {
    const clock = createRealClock();
    let fired = false;
    const year = clock.setTimeout(() => {
      fired = true;
    }, 365 * 86_400_000);
    await clock.sleep(5);
    year.cancel();
    expect(fired).toBe(false);
  });
});

describe("createRandom", () => {
  it("is reproducible, in [0, 1) and spread evenly", () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const [one, two] = [createRandom(seed), createRandom(seed)];
        let sum = 0;
        for (let draw = 0; draw < 1000; draw++) {
          const value = one();
          if (value !== two() || value < 0 || value >= 1) throw new Error(`draw ${draw}: ${value}`);
          sum += value;
        }
        expect(Math.abs(sum / 1000 - 0.5)).toBeLessThan(0.06);
      }),
    );
  });
});

it("forgets a timer of no delay that was cancelled", async () => {
  const clock = createRealClock();
  const fired: string[] = [];
  clock.setTimeout(() => fired.push("cancelled"), 0).cancel();
  await new Promise<void>((resolve) => void clock.setTimeout(resolve, 0));
  expect(fired).toEqual([]);
});
