import { createVirtualClock } from "@pinnace/clock";
import { describe, expect, it } from "vitest";
import { describeStoreCompliance } from "../src/compliance/index.ts";
import { createMemoryStore, type MemoryStore, type StoreEvent, TextValue } from "../src/index.ts";

describeStoreCompliance(
  "memory",
  () => {
    const clock = createVirtualClock();
    return { open: async () => createMemoryStore({ clock }), elapse: (duration) => clock.advance(duration) };
  },
  { describe, it },
);

const put = (key: string, text = "", ttl?: number) =>
  ({
    when: [],
    then: [{ type: "put", key, value: new TextValue(text), ...(ttl === undefined ? {} : { ttl }) }],
  }) as const;
const keys = async (store: MemoryStore) => (await store.list("")).entries.map((entry) => entry.key);

describe("createMemoryStore", () => {
  it("keeps the identity of values and never asks for their bytes", async () => {
    const store = createMemoryStore({ clock: createVirtualClock() });
    const value = { bytes: () => expect.unreachable() };
    await store.commit({ when: [], then: [{ type: "put", key: "/a", value }] });
    expect((await store.read("/a"))?.value).toBe(value);
  });

  it("has delivered events to all watches when commit returns", () => {
    const store = createMemoryStore({ clock: createVirtualClock() });
    const events: StoreEvent[] = [];
    store.watch("").subscribe((event) => events.push(event));
    void store.commit(put("/a"));
    expect(events).toHaveLength(1);
    expect(events.every(Object.isFrozen)).toBe(true);
  });

  it("forgets history beyond its limit", async () => {
    const store = createMemoryStore({ clock: createVirtualClock(), historyLimit: 10 });
    const first = await store.list("");
    for (let index = 0; index < 100; index++) await store.commit(put("/a", `${index}`));
    await expect(store.list("", { revision: first.revision })).rejects.toMatchObject({ code: "COMPACTED" });
    expect((await store.list("", { revision: 92 })).entries[0]?.modRevision).toBe(92);
    const large = Array.from({ length: 50 }, (_, index) => put(`/k${index}`).then[0]);
    const seen: StoreEvent[] = [];
    store.watch("/k").subscribe((event) => seen.push(event));
    await store.commit({ when: [], then: large });
    expect(seen).toHaveLength(50);
  });

  it("cuts a subscriber that falls behind the history", async () => {
    const store = createMemoryStore({ clock: createVirtualClock(), historyLimit: 4 });
    const ends: string[] = [];
    let floods = 0;
    store.watch("").subscribe({
      next: () => {
        if (floods++ === 0) for (let index = 0; index < 10; index++) void store.commit(put("/a", `${index}`));
      },
      error: (error) => ends.push(error.code),
    });
    const other: number[] = [];
    store.watch("").subscribe((event) => other.push(event.revision));
    await store.commit(put("/start"));
    expect(ends).toEqual(["SLOW_CONSUMER"]);
    expect(other).toEqual(Array.from({ length: 11 }, (_, index) => index + 2));
  });

  it("forks: same past, separate futures", async () => {
    const clock = createVirtualClock();
    const store = createMemoryStore({ clock });
    await store.commit(put("/a", "1"));
    await store.commit(put("/brief", "1", 1000));
    const seen: string[] = [];
    const watch = store.watch("").subscribe((event) => seen.push(`${event.type} ${event.revision}`));
    const fork = store.fork();
    await fork.commit(put("/fork"));
    await store.commit(put("/original"));
    expect([await keys(store), await keys(fork)]).toEqual([
      ["/a", "/brief", "/original"],
      ["/a", "/brief", "/fork"],
    ]);
    expect([await store.revision(), await fork.revision(), seen]).toEqual([4, 4, ["put 4"]]);
    expect((await fork.list("", { revision: 2 })).entries).toHaveLength(1);
    watch.unsubscribe();
    await store.close();
    await clock.advance(1000);
    expect(await keys(fork)).toEqual(["/a", "/fork"]);
  });

  it("forks 100,000 keys at once", async () => {
    const store = createMemoryStore({ clock: createVirtualClock() });
    for (let part = 0; part < 100; part++) {
      const then = Array.from({ length: 1000 }, (_, index) => put(`/k/${part}/${index}`).then[0]);
      await store.commit({ when: [], then });
    }
    const before = performance.now();
    const fork = store.fork();
    expect(performance.now() - before).toBeLessThan(50);
    await fork.commit({ when: [], then: [{ type: "delete", key: "/k/5/5" }] });
    expect([(await store.list("/k/")).entries.length, (await fork.list("/k/")).entries.length]).toEqual([
      100_000, 99_999,
    ]);
  });
});
