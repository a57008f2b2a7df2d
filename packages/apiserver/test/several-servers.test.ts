import { createRandom, createVirtualClock } from "@pinnace/clock";
import { silentLogger } from "@pinnace/logging";
import { createMemoryStore, type Store, type StoreEvent, type WatchOptions } from "@pinnace/store";
import { Observable } from "rxjs";
import { describe, expect, it } from "vitest";
import { StoreCache } from "../src/storage/store-cache.ts";
import { startBuiltIn } from "./built-in.ts";

const SERVICES = "/api/v1/namespaces/default/services";
const nodePort = (name: string, more: object = {}): object => ({
  metadata: { name },
  spec: { type: "NodePort", ports: [{ port: 80, ...more }] },
});

/** The same store, as another process sees it: after `hold`, what others do comes when `deliver` is called. */
function delayed(store: Store): { readonly store: Store; hold(): void; deliver(): void } {
  let held: (() => void)[] | undefined;
  const waiting = { push: (run: () => void): unknown => (held === undefined ? run() : held.push(run)) };
  const hold = (): void => {
    held = [];
  };
  const deliver = (): void => {
    for (const run of held?.splice(0) ?? []) run();
  };
  const watch = (prefix: string, options?: WatchOptions): Observable<StoreEvent> =>
    new Observable((subscriber) => {
      const onProgress = (revision: number): unknown => waiting.push(() => options?.onProgress?.(revision));
      const { from } = options ?? {};
      return store.watch(prefix, { ...(from === undefined ? {} : { from }), onProgress }).subscribe({
        next: (event) => waiting.push(() => subscriber.next(event)),
        error: (error) => subscriber.error(error),
      });
    });
  return {
    hold,
    deliver,
    store: {
      read: (key) => store.read(key),
      list: (prefix, options) => store.list(prefix, options),
      commit: (transaction) => store.commit(transaction),
      compact: (revision) => store.compact(revision),
      revision: () => store.revision(),
      requestProgress: () => store.requestProgress(),
      close: () => store.close(),
      watch,
    },
  };
}

describe("several API servers on one store", () => {
  it("both start on an empty one, and each reads at once what the other wrote", async () => {
    const clock = createVirtualClock({ start: Date.UTC(2026, 0, 1) });
    const store = createMemoryStore({ clock });
    const [one, two] = await Promise.all([startBuiltIn({ store, clock }), startBuiltIn({ store, clock })]);
    await one!.call("POST", SERVICES, nodePort("a"));
    expect((await two!.call("GET", `${SERVICES}/a`)).status).toBe(200);
    await two!.call("DELETE", `${SERVICES}/a`);
    expect((await one!.call("GET", `${SERVICES}/a`)).status).toBe(404);
  });

  it.each(["address", "port"])("give no %s twice, though neither has seen what the other did", async (what) => {
    const clock = createVirtualClock({ start: Date.UTC(2026, 0, 1) });
    const memory = createMemoryStore({ clock });
    const first = await startBuiltIn({ store: memory, clock, random: createRandom(1) });
    const late = delayed(memory);
    const second = await startBuiltIn({ store: late.store, clock, random: createRandom(1) });
    late.hold();
    const made = await first.call("POST", SERVICES, nodePort("a"));
    const other = await second.call("POST", SERVICES, nodePort("b"));
    const of = ({ body }: typeof made): unknown =>
      what === "address" ? body.spec.clusterIP : body.spec.ports[0].nodePort;
    expect([made.status, other.status]).toEqual([201, 201]);
    expect(of(other)).not.toBe(of(made));
    const asked =
      what === "address"
        ? { metadata: { name: "c" }, spec: { clusterIP: made.body.spec.clusterIP, ports: [{ port: 80 }] } }
        : nodePort("c", { nodePort: made.body.spec.ports[0].nodePort });
    const refused = await second.call("POST", SERVICES, asked);
    expect([refused.status, refused.body.message]).toEqual([422, expect.stringContaining("is already allocated")]);
  });
});

describe("the cache of a store that others write to", () => {
  it("asks how far it is when no event tells", async () => {
    const clock = createVirtualClock({ start: 0 });
    const memory = createMemoryStore({ clock });
    const late = delayed(memory);
    const caches = new StoreCache({ store: late.store, clock, logger: silentLogger });
    await caches.start();
    late.hold();
    await memory.commit({ when: [], then: [{ type: "put", key: "/x", value: { bytes: () => new Uint8Array() } }] });
    let done = false;
    const current = caches.current().then(() => {
      done = true;
    });
    await clock.advance(5);
    expect(done).toBe(false);
    await clock.advance(10);
    late.deliver();
    await current;
    expect(caches.revision).toBe(2);
    caches.stop();
  });

  it("gives up after half a minute, and says so", async () => {
    const clock = createVirtualClock({ start: 0 });
    const memory = createMemoryStore({ clock });
    const late = delayed(memory);
    const caches = new StoreCache({ store: late.store, clock, logger: silentLogger });
    await caches.start();
    late.hold();
    await memory.commit({ when: [], then: [{ type: "put", key: "/x", value: { bytes: () => new Uint8Array() } }] });
    const current = expect(caches.current()).rejects.toMatchObject({ code: 504 });
    await clock.advance(31_000);
    await current;
    caches.stop();
  });
});
