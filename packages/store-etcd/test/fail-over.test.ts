import { createRealClock } from "@pinnace/clock";
import { type Store, StoreError, type StoreEvent, TextValue } from "@pinnace/store";
import { expect, it, onTestFinished } from "vitest";
import { openEtcdStore } from "../src/index.ts";
import { ETCD_MISSING, serving, startEtcd } from "./etcd-cluster.ts";

const clock = createRealClock();
const SECOND = 1_000;

const put = (key: string, text: string) => ({ type: "put", key, value: new TextValue(text) }) as const;
const textOf = (event: StoreEvent): string =>
  event.type === "put" ? new TextDecoder().decode(event.entry.value.bytes()) : "";
const keyOf = (event: StoreEvent): string => (event.type === "put" ? event.entry.key : event.key);

/** What writers know of their writes. */
class Ledger {
  readonly acknowledged = new Map<string, number>();
  readonly unknown = new Set<string>();
  readonly increments: number[] = [];
  /** Acknowledged writes, by writer. */
  readonly progress = new Map<string, number>();

  /** Runs a write. After `UNAVAILABLE` it must not be there, after `OUTCOME_UNKNOWN` it may be. */
  async write(key: string, run: () => Promise<number | undefined>): Promise<void> {
    try {
      const revision = await run();
      if (revision !== undefined) this.acknowledged.set(key, revision);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (error.code === "OUTCOME_UNKNOWN") this.unknown.add(key);
      else expect(error.code).toBe("UNAVAILABLE");
    }
  }

  /** Resolves when each writer has come on by so many writes. */
  async advanced(writes: number): Promise<void> {
    const goals = [...this.progress].map(([name, count]) => [name, count + writes] as const);
    const behind = (): readonly string[] =>
      goals.filter(([name, goal]) => (this.progress.get(name) ?? 0) < goal).map(([name]) => name);
    await expect.poll(behind, { timeout: 60 * SECOND }).toEqual([]);
  }
}

/** Writes keys of its own, each once, and takes part in counting, until `done`. */
async function writer(store: Store, name: string, ledger: Ledger, done: AbortSignal): Promise<void> {
  ledger.progress.set(name, 0);
  for (let step = 0; !done.aborted; step++) {
    const key = `/w/${name}/${step}`;
    await ledger.write(key, async () => (await store.commit({ when: [], then: [put(key, "x")] })).revision);
    if (ledger.acknowledged.has(key)) ledger.progress.set(name, step + 1);
    await ledger.write(`${key}/count`, async () => {
      const before = await store.read("/counter");
      const count = before === undefined ? 0 : Number(new TextDecoder().decode(before.value.bytes()));
      const when = [{ key: "/counter", modRevision: before?.modRevision ?? 0 }];
      const commit = await store.commit({ when, then: [put("/counter", `${count + 1}`)] });
      if (commit.succeeded) ledger.increments.push(commit.revision);
      return undefined;
    });
    await clock.sleep(5);
  }
}

async function watched(store: Store, revision: number): Promise<readonly StoreEvent[]> {
  const events: StoreEvent[] = [];
  let reached = 0;
  const subscription = store.watch("", { from: 1, onProgress: (told) => (reached = told) }).subscribe((event) => {
    events.push(event);
    reached = event.revision;
  });
  await expect
    .poll(
      async () => {
        await store.requestProgress();
        return reached;
      },
      { timeout: 20 * SECOND },
    )
    .toBeGreaterThanOrEqual(revision);
  subscription.unsubscribe();
  return events;
}

const LIMIT = 120 * SECOND;

it.skipIf(ETCD_MISSING !== undefined)(
  "loses no acknowledged write, doubles none, and watches everything in order while members are killed and paused",
  async () => {
    const cluster = await startEtcd({ members: 3 });
    onTestFinished(() => cluster.stop());
    await serving(cluster);
    const open = (random: number): Promise<Store> =>
      openEtcdStore({ endpoints: cluster.endpoints, clock, random: () => random, requestTimeout: 5 * SECOND });
    const stores = await Promise.all([open(0), open(0.4), open(0.8)]);
    const live: StoreEvent[] = [];
    stores[0]!.watch("", { from: 1 }).subscribe({ next: (event) => live.push(event), error: () => undefined });
    const ledger = new Ledger();
    const done = new AbortController();
    const writers = stores.flatMap((store, index) =>
      ["a", "b"].map((name) => writer(store, `${index}${name}`, ledger, done.signal)),
    );
    await ledger.advanced(20);
    await cluster.signal(0, "SIGKILL");
    await ledger.advanced(20);
    cluster.restart(0);
    await ledger.advanced(20);
    await cluster.signal(1, "SIGSTOP");
    await ledger.advanced(20);
    await cluster.signal(1, "SIGCONT");
    await ledger.advanced(20);
    done.abort();
    await Promise.all(writers);

    const revision = await stores[2]!.revision();
    const all = await watched(stores[2]!, revision);
    const revisions = all.map((event) => event.revision);
    expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
    expect(new Set(revisions).size).toBe(revisions.length);

    const written = all.filter((event) => keyOf(event).startsWith("/w/"));
    const byKey = new Map(written.map((event) => [keyOf(event), event.revision]));
    expect(byKey.size).toBe(written.length);
    for (const [key, acknowledged] of ledger.acknowledged) expect([key, byKey.get(key)]).toEqual([key, acknowledged]);
    for (const key of byKey.keys()) expect(ledger.acknowledged.has(key) || ledger.unknown.has(key)).toBe(true);

    const counts = all.filter((event) => keyOf(event) === "/counter");
    expect(counts.map(textOf)).toEqual(counts.map((_, index) => `${index + 1}`));
    expect(new Set(ledger.increments).size).toBe(ledger.increments.length);

    await expect.poll(() => live.length, { timeout: 20 * SECOND }).toBe(all.length);
    expect(live.map((event) => [event.revision, keyOf(event)])).toEqual(
      all.map((event) => [event.revision, keyOf(event)]),
    );
    await Promise.all(stores.map((store) => store.close()));
  },
  LIMIT,
);
