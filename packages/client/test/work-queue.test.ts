import { createWorkQueue, type WorkQueue } from "@pinnace/client";
import { createVirtualClock, type VirtualClock } from "@pinnace/clock";
import { beforeEach, describe, expect, it } from "vitest";

let clock: VirtualClock;
let queue: WorkQueue;

beforeEach(() => {
  clock = createVirtualClock();
  queue = createWorkQueue({ clock });
});

describe("a work queue", () => {
  it("hands out keys in order of addition, each once", async () => {
    for (const key of ["a", "b", "a", "c"]) queue.add(key);
    expect(queue.length).toBe(3);
    expect([await queue.get(), await queue.get(), await queue.get()]).toEqual(["a", "b", "c"]);
  });

  it("gives a key to one worker at a time and keeps what was added meanwhile", async () => {
    queue.add("a");
    const key = await queue.get();
    queue.add("a");
    queue.add("a");
    expect(queue.length).toBe(0);
    queue.done(key!);
    expect(queue.length).toBe(1);
    expect(await queue.get()).toBe("a");
  });

  it("wakes waiting workers in the order in which they came", async () => {
    const first = queue.get();
    const second = queue.get();
    queue.add("a");
    queue.add("b");
    expect([await first, await second]).toEqual(["a", "b"]);
  });

  it("adds after a delay; of two delays the earlier counts", async () => {
    queue.addAfter("a", 1000);
    queue.addAfter("a", 100);
    queue.addAfter("a", 500);
    await clock.advance(99);
    expect(queue.length).toBe(0);
    await clock.advance(1);
    expect(queue.length).toBe(1);
    await clock.advance(10_000);
    expect(queue.length).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it.each([
    [0, 5],
    [1, 10],
    [10, 5120],
    [17, 655_360],
    [18, 1_000_000],
    [40, 1_000_000],
  ])("backs off after %i failures by %i ms", async (failures, delay) => {
    for (let failure = 0; failure < failures; failure++) {
      queue.addRateLimited("a");
      await clock.step();
      queue.done((await queue.get())!);
    }
    const before = clock.now();
    queue.addRateLimited("a");
    await clock.step();
    expect(clock.now() - before).toBe(delay);
    expect(queue.numRequeues("a")).toBe(failures + 1);
  });

  it("starts over after forget", async () => {
    queue.addRateLimited("a");
    queue.addRateLimited("a");
    queue.forget("a");
    expect(queue.numRequeues("a")).toBe(0);
  });

  it("hands out what waits after shutdown, then undefined, and takes nothing more", async () => {
    queue.add("a");
    queue.addAfter("late", 10);
    queue.shutDown();
    queue.add("b");
    expect([await queue.get(), await queue.get()]).toEqual(["a", undefined]);
    expect(clock.pending).toBe(0);
  });

  it("releases idle workers at shutdown", async () => {
    const idle = queue.get();
    queue.shutDown();
    expect(await idle).toBeUndefined();
  });

  it("drains: resolves when the last key is done", async () => {
    queue.add("a");
    const key = await queue.get();
    let drained = false;
    const drain = queue.shutDownWithDrain().then(() => {
      drained = true;
    });
    await clock.settle();
    expect(drained).toBe(false);
    queue.done(key!);
    await drain;
    expect(drained).toBe(true);
  });

  it("tells its observer depth, waiting and working times", async () => {
    const seen: unknown[] = [];
    queue = createWorkQueue({
      clock,
      observer: {
        added: (depth) => seen.push(["added", depth]),
        started: (key, depth, waited) => seen.push(["started", key, depth, waited]),
        finished: (key, worked) => seen.push(["finished", key, worked]),
        retried: () => seen.push(["retried"]),
      },
    });
    queue.add("a");
    await clock.advance(7);
    const key = await queue.get();
    await clock.advance(3);
    queue.addRateLimited(key!);
    queue.done(key!);
    expect(seen).toEqual([["added", 1], ["started", "a", 0, 7], ["retried"], ["finished", "a", 3]]);
  });
});
