import { createVirtualClock } from "@pinnace/clock";
import { describe, expect, it } from "vitest";
import { compactRegularly } from "../src/engine/index.ts";
import { createMemoryStore, TextValue } from "../src/index.ts";

const INTERVAL = 300_000;

const unexpected = (error: unknown): never => {
  throw error;
};

/** A counter that plays a store, and what it was asked for. */
function counting() {
  const asked: number[] = [];
  const store = {
    at: 1,
    fails: false,
    revision: async () => store.at,
    compact: async (revision: number) => {
      asked.push(revision);
      if (store.fails) throw new Error("not now");
    },
  };
  return { store, asked };
}

describe("compactRegularly", () => {
  it("compacts to where the store was one interval before", async () => {
    const [clock, { store, asked }] = [createVirtualClock(), counting()];
    compactRegularly(store, { clock, interval: INTERVAL, onError: unexpected });
    for (const revision of [10, 20, 30, 40]) {
      store.at = revision;
      await clock.advance(INTERVAL);
    }
    expect(asked).toEqual([10, 20, 30]);
  });

  it("begins with the revision that it is given, and leaves alone what nobody writes to", async () => {
    const [clock, { store, asked }] = [createVirtualClock(), counting()];
    store.at = 7;
    compactRegularly(store, { clock, interval: INTERVAL, from: 7, onError: unexpected });
    await clock.advance(10 * INTERVAL);
    expect(asked).toEqual([7]);
  });

  it("goes on after a failure, and reports it", async () => {
    const [clock, { store, asked }, errors] = [createVirtualClock(), counting(), [] as unknown[]];
    compactRegularly(store, { clock, interval: INTERVAL, from: 5, onError: (error) => errors.push(error) });
    store.fails = true;
    store.at = 6;
    await clock.advance(INTERVAL);
    store.fails = false;
    await clock.advance(INTERVAL);
    expect([asked, errors]).toEqual([[5, 6], [new Error("not now")]]);
  });

  it("does nothing with an interval of 0, and nothing more when it is cancelled", async () => {
    const [clock, { store, asked }] = [createVirtualClock(), counting()];
    expect(compactRegularly(store, { clock, interval: 0, from: 1, onError: unexpected })).toBeUndefined();
    compactRegularly(store, { clock, interval: INTERVAL, from: 1, onError: unexpected })?.cancel();
    await clock.advance(5 * INTERVAL);
    expect(asked).toEqual([]);
  });

  it("disturbs no watch that is up to date", async () => {
    const clock = createVirtualClock();
    const store = createMemoryStore({ clock });
    compactRegularly(store, { clock, interval: INTERVAL, from: 1, onError: unexpected });
    const seen: number[] = [];
    store.watch("").subscribe((event) => seen.push(event.revision));
    for (let step = 0; step < 20; step++) {
      await store.commit({ when: [], then: [{ type: "put", key: "/a", value: new TextValue(`${step}`) }] });
      await clock.advance(INTERVAL / 4);
    }
    expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => index + 2));
    await expect(store.list("", { revision: 16 })).rejects.toMatchObject({ code: "COMPACTED" });
    await store.list("", { revision: 17 });
  });
});
