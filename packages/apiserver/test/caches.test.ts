import { deepFreeze } from "@pinnace/apimachinery";
import { createVirtualClock } from "@pinnace/clock";
import { silentLogger } from "@pinnace/logging";
import { createMemoryStore, type Store, type StoreEvent } from "@pinnace/store";
import { Subject } from "rxjs";
import { describe, expect, it, vi } from "vitest";
import { freezeMeasured } from "../src/storage/freeze-measured.ts";
import { memberText } from "../src/storage/member-text.ts";
import { objectValueOf, storedValue, textOf } from "../src/storage/object-value.ts";
import { CacheEntry, ResourceCache } from "../src/storage/resource-cache.ts";
import { checkSize } from "../src/storage/size-limit.ts";
import { StoreCache } from "../src/storage/store-cache.ts";

const config = (name: string, more: object = {}) =>
  ({ kind: "ConfigMap", apiVersion: "v1", metadata: { name, namespace: "a" }, ...more }) as never;
const entry = (key: string, revision: number): CacheEntry =>
  new CacheEntry(key, {
    key: `/registry/x/${key}`,
    value: storedValue(config(key)),
    createRevision: revision,
    modRevision: revision,
  });

describe("a stored value", () => {
  it("is frozen, without resourceVersion, and keeps its bytes until it is written", () => {
    const value = storedValue(config("x", { metadata: { name: "x", resourceVersion: "7", selfLink: "/x" } }));
    expect(value.object).toEqual({ kind: "ConfigMap", apiVersion: "v1", metadata: { name: "x" } });
    expect(Object.isFrozen(value.object)).toBe(true);
    const bytes = value.bytes();
    expect(value.bytes()).toBe(bytes);
    value.settle();
    expect(value.bytes()).not.toBe(bytes);
    expect(value.bytes()).toEqual(bytes);
  });

  it("is served with its revision: one instance, whose bytes are the stored ones", () => {
    const value = storedValue(config("x", { data: { k: 'quote " and ünïcode' } }));
    const served = value.at(12);
    expect(value.at(12)).toBe(served);
    expect(served.metadata!.resourceVersion).toBe("12");
    expect(JSON.parse(textOf(served))).toEqual(served);
    expect(value.at(12)).toBe(served);
    expect(value.at(13).metadata!.resourceVersion).toBe("13");
  });

  it("is written in pieces, for lists", () => {
    let text = "";
    storedValue(config("x")).writeAt(3, '{"kind":"ConfigMap","apiVersion":"v1",'.length, (piece) => {
      text += piece;
    });
    expect(text).toBe('"metadata":{"resourceVersion":"3","name":"x","namespace":"a"}}');
  });

  it("of an engine's bytes knows its kind and labels, and decodes the rest when it is asked for", () => {
    const written = storedValue(config("x", { metadata: { name: '"labels":{', labels: { a: "}" } } }));
    const value = { bytes: () => written.bytes() };
    const read = objectValueOf({ key: "k", value, createRevision: 1, modRevision: 1 });
    expect(read.labels()).toEqual({ a: "}" });
    expect([read.isOf("ConfigMap", "v1"), read.isOf("ConfigMap", "v2"), read.isOf("Config", "v1")]).toEqual([
      true,
      false,
      false,
    ]);
    expect(read.object).toEqual(written.object);
    expect(read.textAt(9)).toBe(JSON.stringify(read.at(9)));
  });

  it.each([
    [100, "v", false],
    [1_572_000, "v", false],
    [1_573_000, "v", true],
    [600_000, "€", true],
    [600_000, "v", false],
    [270_000, "\u0001", true],
  ])("with %d times %j is too long: %s", (count, unit, refused) => {
    const value = storedValue(config("x", { data: { k: unit.repeat(count) } }));
    const check = (): void => checkSize(value);
    if (refused) expect(check).toThrow("etcdserver: request is too large");
    else expect(check).not.toThrow();
  });
});

describe("the size of an object that shares parts with the one before", () => {
  const spec = Object.freeze({ text: "x".repeat(100_000) });
  const status = (text: string): object => ({
    kind: "Pod",
    apiVersion: "v1",
    metadata: { name: "p" },
    status: { text },
  });
  const entryOf = (value: ReturnType<typeof storedValue>): CacheEntry =>
    new CacheEntry("p", { key: "p", value, createRevision: 1, modRevision: 1 });

  it("is never less than it is, and known again once it was encoded", () => {
    let current = entryOf(storedValue({ ...status(""), spec } as never));
    for (let step = 0; step < 5; step += 1) {
      const next = storedValue({ ...status("y".repeat(step * 1000)), spec } as never, current);
      expect((next.object as { spec?: object }).spec).toBe(spec);
      expect(next.units).toBeGreaterThanOrEqual(JSON.stringify(next.object).length);
      checkSize(next);
      current = entryOf(next);
    }
    current.value.bytes();
    expect(current.value.units).toBe(current.value.bytes().length);
  });

  it("is counted also when what was before came from the disk", () => {
    const written = storedValue({ ...status(""), spec } as never);
    const read = new CacheEntry("p", {
      ...{ key: "p", createRevision: 1, modRevision: 1 },
      value: { bytes: () => written.bytes() },
    });
    const { object } = read;
    const next = storedValue(
      { ...status("z".repeat(2_000_000)), spec: (object as { spec?: object }).spec } as never,
      read,
    );
    expect(() => checkSize(next)).toThrow("etcdserver: request is too large");
  });
});

describe("freezing and measuring", () => {
  const values: readonly unknown[] = [
    ...["", "text", 'quote " and ünïcode', 0, -1.5e-300, true, null, {}, [], [[], {}]],
    { a: { b: ["x", 1, { c: null }] }, long: "y".repeat(1000) },
  ];
  it.each(values.map((value) => [JSON.stringify(value), value] as const))("%s", (text, value) => {
    const { units } = freezeMeasured(value);
    expect(units * 6).toBeGreaterThanOrEqual(new TextEncoder().encode(text).length);
    expect(freezeMeasured(value)).toEqual({ units, kept: false });
    const frozen = (each: unknown): boolean =>
      Object.isFrozen(each) && (typeof each !== "object" || each === null || Object.values(each).every(frozen));
    expect(frozen(value)).toBe(true);
  });
});

describe("freezing what shares parts with the value before", () => {
  const before = deepFreeze({ spec: { list: [{ a: "x".repeat(1000) }], name: "a" }, status: {} });
  it.each<[string, object, number]>([
    ["the same parts", { ...before }, 30],
    ["parts of a part", { spec: { ...before.spec, name: "b" } }, 60],
    ["items of a list", { spec: { list: [before.spec.list[0], { b: 1 }] } }, 80],
    ["parts at another place", { other: before.spec }, 2000],
  ])("counts not again %s", (_, value, most) => {
    expect(freezeMeasured(value, before).units).toBeLessThan(most);
    expect(freezeMeasured(value, before).kept).toBe(most < 1000);
    expect(freezeMeasured(value, undefined).kept).toBe(false);
  });
});

describe("one member of a JSON text", () => {
  const object = {
    name: 'a "quoted", {braced} \\',
    list: [{ b: ["]"] }, 1],
    labels: { k: "}" },
    after: null,
    last: "x",
  };
  it.each(Object.entries(object))("%s", (name, value) => {
    expect(memberText(JSON.stringify(object), 1, name)).toBe(JSON.stringify(value));
  });
  it.each(["b", "k", "missing", ""])("%j is none", (name) => {
    expect(memberText(JSON.stringify(object), 1, name)).toBeUndefined();
    expect(memberText("{}", 1, name)).toBeUndefined();
  });
});

describe("the cache of a resource", () => {
  it("stays in order through many changes in any order", () => {
    const cache = new ResourceCache(1);
    const expected = new Set<string>();
    for (let step = 0; step < 5000; step += 1) {
      const key = `n${(step * 7919) % 13}/p${(step * 104_729) % 1999}`;
      const gone = step % 3 === 2;
      const change = { revision: step + 2, key, namespace: "", previous: undefined };
      cache.apply({ ...change, current: gone ? undefined : entry(key, step) });
      if (gone) expected.delete(key);
      else expected.add(key);
    }
    expect(cache.list().map(({ key }) => key)).toEqual([...expected].sort());
    const inside = [...expected].filter((key) => key.startsWith("n1/")).sort();
    expect(cache.inNamespace("n1").map(({ key }) => key)).toEqual(inside);
  });

  it("calls those with a trigger only for objects that have the value before or after", () => {
    const cache = new ResourceCache(1);
    const seen: string[] = [];
    const trigger = { index: "revision", of: ({ revision }: CacheEntry) => String(revision) };
    const stops = ["2", "3", "9"].map((value) =>
      cache.listen(({ revision }) => seen.push(`${value}@${revision}`), { ...trigger, value }),
    );
    cache.listen(({ revision }) => seen.push(`all@${revision}`));
    const [first, second] = [entry("x", 2), entry("x", 3)];
    cache.apply({ revision: 2, key: "x", namespace: "", current: first, previous: undefined });
    cache.apply({ revision: 3, key: "x", namespace: "", current: second, previous: first });
    for (const stop of stops) stop();
    cache.apply({ revision: 4, key: "x", namespace: "", current: undefined, previous: second });
    expect(seen).toEqual(["all@2", "2@2", "all@3", "3@3", "2@3", "all@4"]);
  });

  it("keeps entries in key order, by namespace", () => {
    const cache = new ResourceCache(1);
    for (const key of ["b/x", "a/y", "a/x", "a-b/x", "a0/x"]) cache.load(entry(key, 1));
    expect(cache.list().map(({ key }) => key)).toEqual(["a-b/x", "a/x", "a/y", "a0/x", "b/x"]);
    expect(cache.inNamespace("a").map(({ key }) => key)).toEqual(["a/x", "a/y"]);
    expect(cache.inNamespace("nope")).toEqual([]);
  });

  it("never changes a list that somebody holds", () => {
    const cache = new ResourceCache(1);
    cache.load(entry("a/x", 1));
    const held = cache.list();
    cache.apply({ revision: 2, key: "a/y", namespace: "a", current: entry("a/y", 2), previous: undefined });
    expect(held).toHaveLength(1);
    expect(cache.list()).toHaveLength(2);
  });

  it("forgets old changes, and says so", () => {
    const cache = new ResourceCache(0, 4);
    for (let revision = 1; revision <= 10; revision += 1)
      cache.apply({ revision, key: "a/x", namespace: "a", current: entry("a/x", revision), previous: undefined });
    expect(cache.since(1)).toBeUndefined();
    expect(cache.since(cache.historyStart)).toBeDefined();
    expect(cache.since(8)!.map(({ revision }) => revision)).toEqual([9, 10]);
    expect(cache.since(10)).toEqual([]);
  });

  it("lets listeners go while it tells them", () => {
    const cache = new ResourceCache(0);
    const seen: number[] = [];
    const stop = cache.listen(({ revision }) => {
      seen.push(revision);
      stop();
    });
    for (const revision of [1, 2])
      cache.apply({ revision, key: "x", namespace: "", current: entry("x", revision), previous: undefined });
    expect(seen).toEqual([1]);
  });
});

describe("the cache of the store", () => {
  it("gives entries to resources that are asked for later", async () => {
    const clock = createVirtualClock({ start: 0 });
    const store = createMemoryStore({ clock });
    const put = (key: string) =>
      store.commit({ when: [], then: [{ type: "put", key, value: storedValue(config("x")) }] });
    await put("/registry/example.com/boats/a/x");
    const caches = new StoreCache({ store, clock, logger: silentLogger });
    await caches.start();
    await put("/registry/example.com/boats/a/y");
    await caches.current();
    expect(
      caches
        .cache("example.com/boats")
        .list()
        .map(({ key }) => key),
    ).toEqual(["a/x", "a/y"]);
    expect(caches.cache("example.com/other").size).toBe(0);
    caches.stop();
  });

  it("turns what it missed into changes when its watch breaks", async () => {
    const clock = createVirtualClock({ start: 0 });
    const memory = createMemoryStore({ clock });
    const put = (key: string) =>
      memory.commit({ when: [], then: [{ type: "put", key: `/registry/x/${key}`, value: storedValue(config(key)) }] });
    await put("kept");
    await put("gone");
    let broken: Subject<StoreEvent> | undefined = new Subject();
    const watch: Store["watch"] = (prefix, options) => broken ?? memory.watch(prefix, options);
    const store: Store = {
      read: (key) => memory.read(key),
      list: (prefix, options) => memory.list(prefix, options),
      commit: (transaction) => memory.commit(transaction),
      compact: (revision) => memory.compact(revision),
      revision: () => memory.revision(),
      requestProgress: () => memory.requestProgress(),
      close: () => memory.close(),
      watch,
    };
    const caches = new StoreCache({ store, clock, logger: silentLogger });
    await caches.start();
    const seen: string[] = [];
    caches.cache("x").listen(({ key, current }) => seen.push(`${current === undefined ? "-" : "+"}${key}`));
    await put("new");
    await memory.commit({ when: [], then: [{ type: "delete", key: "/registry/x/gone" }] });
    const failing = broken;
    broken = undefined;
    failing.error(Object.assign(new Error("compacted"), { code: "COMPACTED" }));
    await vi.waitFor(() => expect(seen).toEqual(["+new", "-gone"]));
    await caches.current();
    expect(
      caches
        .cache("x")
        .list()
        .map(({ key }) => key),
    ).toEqual(["kept", "new"]);
    caches.stop();
  });
});
