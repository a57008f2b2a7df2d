import { createRealClock } from "@pinnace/clock";
import { type Store, type StoreEvent, TextValue } from "@pinnace/store";
import { describe, expect, it, onTestFinished } from "vitest";
import { openEtcdStore } from "../src/index.ts";
import { ETCD_MISSING, serving, startEtcd } from "./etcd-cluster.ts";
import { openWire, type Wire } from "./wire.ts";

const clock = createRealClock();
const LIMIT = 60_000;
/** Milliseconds. */
const REQUEST = 1_500;

interface Setting {
  /** Two ways from the store to etcd, of which the first is in use. */
  readonly wires: readonly [Wire, Wire];
  readonly store: Store;
  /** Another client, whose connection is good. */
  readonly other: Store;
}

async function setUp(members: number): Promise<Setting> {
  const cluster = await startEtcd({ members });
  onTestFinished(() => cluster.stop());
  await serving(cluster);
  const [first = "", second = first] = cluster.endpoints;
  const wires = [await openWire(first), await openWire(second)] as const;
  const open = async (endpoints: readonly string[], requestTimeout: number): Promise<Store> => {
    const store = await openEtcdStore({ endpoints, clock, requestTimeout, random: () => 0 });
    onTestFinished(() => store.close());
    return store;
  };
  const other = await open([cluster.endpoints.at(-1) ?? ""], 20_000);
  const store = await open(
    wires.map(({ url }) => url),
    REQUEST,
  );
  onTestFinished(async () => void (await Promise.all(wires.map((wire) => wire.close()))));
  await store.commit({ when: [], then: [{ type: "put", key: "/before", value: new TextValue("x") }] });
  return { wires, store, other };
}

const create = (store: Store) =>
  store.commit({
    when: [{ key: "/a", modRevision: 0 }],
    then: [{ type: "put", key: "/a", value: new TextValue("x") }],
  });

/** All that ever happened to the key. */
async function historyOf(store: Store, key: string): Promise<readonly (readonly [StoreEvent["type"], number])[]> {
  const events: [StoreEvent["type"], number][] = [];
  const last = await store.commit({ when: [], then: [{ type: "put", key: `${key}/end`, value: new TextValue("x") }] });
  await new Promise<void>((resolve, reject) => {
    const watching = store.watch(key, { from: 1 }).subscribe({
      next: (event) => {
        if (event.revision >= last.revision) return resolve();
        events.push([event.type, event.revision]);
      },
      error: reject,
    });
    onTestFinished(() => watching.unsubscribe());
  });
  return events;
}

describe.skipIf(ETCD_MISSING !== undefined).each([1, 3])("a commit on an etcd of %i, of which", (members) => {
  it("the answer is lost, is acknowledged", { timeout: LIMIT }, async () => {
    const { wires, store, other } = await setUp(members);
    wires[0].set({ answers: "lose" });
    const commit = create(store);
    await expect.poll(() => other.read("/a"), { timeout: LIMIT }).toBeDefined();
    wires[0].cut();
    const { modRevision } = (await other.read("/a"))!;
    expect(await commit).toEqual({ succeeded: true, revision: modRevision });
    expect(await historyOf(other, "/a")).toEqual([["put", modRevision]]);
  });

  it("the answer is lost and which somebody has overwritten, is acknowledged", { timeout: LIMIT }, async () => {
    const { wires, store, other } = await setUp(members);
    for (const wire of wires) wire.set({ answers: "lose" });
    const commit = create(store);
    await expect.poll(() => other.read("/a"), { timeout: LIMIT }).toBeDefined();
    const { modRevision } = (await other.read("/a"))!;
    await other.commit({ when: [], then: [{ type: "put", key: "/a", value: new TextValue("x") }] });
    for (const wire of wires) {
      wire.set({ answers: "pass" });
      wire.cut();
    }
    expect(await commit).toEqual({ succeeded: true, revision: modRevision });
  });

  it("the request is lost, is made once", { timeout: LIMIT }, async () => {
    const { wires, store, other } = await setUp(members);
    wires[0].set({ requests: "lose" });
    const { succeeded, revision } = await create(store);
    expect([succeeded, await historyOf(other, "/a")]).toEqual([true, [["put", revision]]]);
  });

  it("the request is lost, conflicts with the same value of somebody else", { timeout: LIMIT }, async () => {
    const { wires, store, other } = await setUp(members);
    wires[0].set({ requests: "lose" });
    const [commit, others] = await Promise.all([create(store), create(other)]);
    expect(commit).toMatchObject({ succeeded: false, current: [{ modRevision: others.revision }] });
  });

  it("the request is late, is made once", { timeout: LIMIT }, async () => {
    const { wires, store, other } = await setUp(members);
    wires[0].set({ requests: "keep" });
    const { succeeded, revision } = await create(store);
    await wires[0].deliver();
    expect([succeeded, await historyOf(other, "/a")]).toEqual([true, [["put", revision]]]);
  });

  it("the request is late, is not made after it was refused", { timeout: LIMIT }, async () => {
    const { wires, store, other } = await setUp(members);
    wires[0].set({ requests: "keep" });
    const [commit, { revision }] = await Promise.all([create(store), create(other)]);
    expect(commit).toMatchObject({ succeeded: false });
    const when = [{ key: "/a", modRevision: revision }];
    const deletion = await other.commit({ when, then: [{ type: "delete", key: "/a" }] });
    await wires[0].deliver();
    expect(await historyOf(other, "/a")).toEqual([
      ["put", revision],
      ["delete", deletion.revision],
    ]);
  });

  it("nothing is known as long as it is asked for, has an unknown outcome", { timeout: LIMIT }, async () => {
    const { wires, store } = await setUp(members);
    for (const wire of wires) wire.set({ requests: "lose" });
    await expect(create(store)).rejects.toMatchObject({ code: "OUTCOME_UNKNOWN" });
  });
});
