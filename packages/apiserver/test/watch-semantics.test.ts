import type { WatchEvent } from "@pinnace/apimachinery";
import { createVirtualClock } from "@pinnace/clock";
import { createMemoryStore } from "@pinnace/store";
import { describe, expect, it } from "vitest";
import { pod, startBuiltIn } from "./built-in.ts";
import type { Harness } from "./harness.ts";

const NS = "/api/v1/namespaces/default";
const MAPS = `${NS}/configmaps`;
const PODS = `${NS}/pods`;
const MERGE = { "content-type": "application/merge-patch+json" };

async function watch({ raw }: Pick<Harness, "raw">, path: string, headers: Record<string, string> = {}) {
  const response = await raw("GET", path, { headers });
  if (response.body.type !== "watch") throw new Error(`not a watch: ${response.status}`);
  const events: WatchEvent[] = [];
  const subscription = response.body.events.subscribe((event) => events.push(event));
  const seen = (): string[] => events.map(({ type, object }) => `${type} ${object.metadata?.name ?? ""}`);
  return { events, seen, subscription };
}

const config = (name: string, labels: object = {}): object => ({ metadata: { name, labels } });

describe("what a watch begins with", () => {
  const prepared = async () => {
    const harness = await startBuiltIn();
    await harness.call("POST", MAPS, config("a"));
    const middle = (await harness.call("GET", MAPS)).body.metadata.resourceVersion as string;
    await harness.call("POST", MAPS, config("b"));
    return { ...harness, middle };
  };

  it.each<[string, string[]]>([
    ["", ["ADDED a", "ADDED b", "ADDED c"]],
    ["resourceVersion=", ["ADDED a", "ADDED b", "ADDED c"]],
    ["resourceVersion=0", ["ADDED a", "ADDED b", "ADDED c"]],
    ["resourceVersion=MIDDLE", ["ADDED b", "ADDED c"]],
    ["sendInitialEvents=false&resourceVersionMatch=NotOlderThan", ["ADDED c"]],
    ["sendInitialEvents=true&resourceVersionMatch=NotOlderThan", ["ADDED a", "ADDED b", "ADDED c"]],
    [
      "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
      ["ADDED a", "ADDED b", "BOOKMARK ", "ADDED c"],
    ],
    [
      "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=MIDDLE",
      ["ADDED a", "ADDED b", "ADDED c"],
    ],
    ["fieldSelector=metadata.name%3Db", ["ADDED b"]],
    ["fieldSelector=metadata.name!%3Db", ["ADDED a", "ADDED c"]],
  ])("with %s is %j", async (query, expected) => {
    const { middle, call, raw } = await prepared();
    const { seen } = await watch({ raw }, `${MAPS}?watch=1&${query.replace("MIDDLE", middle)}`);
    await call("POST", MAPS, config("c"));
    expect(seen()).toEqual(expected);
  });

  it.each([
    ["sendInitialEvents=true", 422],
    ["sendInitialEvents=true&resourceVersionMatch=Exact", 422],
    ["resourceVersionMatch=Exact&resourceVersion=1", 422],
    ["resourceVersion=-1", 500],
    ["timeoutSeconds=-x", 400],
  ])("with %s is refused with %d", async (query, status) => {
    const { raw } = await prepared();
    expect((await raw("GET", `${MAPS}?watch=1&${query}`)).status).toBe(status);
  });

  it("may be asked for by the old path, and for one object", async () => {
    const { raw, call } = await prepared();
    const all = await watch({ raw }, "/api/v1/watch/namespaces/default/configmaps");
    const one = await watch({ raw }, "/api/v1/watch/namespaces/default/configmaps/b");
    await call("DELETE", `${MAPS}/b`);
    expect([all.seen(), one.seen()]).toEqual([
      ["ADDED a", "ADDED b", "DELETED b"],
      ["ADDED b", "DELETED b"],
    ]);
  });
});

describe("a selector", () => {
  it("turns changes into what they mean to it", async () => {
    const harness = await startBuiltIn();
    const { call } = harness;
    await call("POST", MAPS, config("a", { tier: "web" }));
    const { seen, events } = await watch(harness, `${MAPS}?watch=1&labelSelector=tier%3Dweb`);
    const label = (tier: string | null) => call("PATCH", `${MAPS}/a`, { metadata: { labels: { tier } } }, MERGE);
    await label("db");
    await call("PATCH", `${MAPS}/a`, { data: { k: "unseen" } }, MERGE);
    await label("web");
    await call("PATCH", `${MAPS}/a`, { data: { k: "seen" } }, MERGE);
    await label(null);
    await call("DELETE", `${MAPS}/a`);
    expect(seen()).toEqual(["ADDED a", "DELETED a", "ADDED a", "MODIFIED a", "DELETED a"]);
    expect(events[1]!.object.metadata!.labels).toEqual({ tier: "web" });
    const versions = events.map(({ object }) => Number(object.metadata!.resourceVersion));
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
  });

  it("of a field follows a pod to its node", async () => {
    const harness = await startBuiltIn();
    const { call } = harness;
    await call("POST", "/api/v1/nodes", { metadata: { name: "n" } });
    await call("POST", PODS, pod("p"));
    const mine = await watch(harness, "/api/v1/pods?watch=1&resourceVersion=0&fieldSelector=spec.nodeName%3Dn");
    const free = await watch(harness, "/api/v1/pods?watch=1&resourceVersion=0&fieldSelector=spec.nodeName%3D");
    await call("POST", `${PODS}/p/binding`, { metadata: { name: "p" }, target: { name: "n" } });
    expect([mine.seen(), free.seen()]).toEqual([["ADDED p"], ["ADDED p", "DELETED p"]]);
  });

  it("of a namespace does not see its neighbours", async () => {
    const harness = await startBuiltIn();
    const { seen } = await watch(harness, `${MAPS}?watch=1`);
    await harness.call("POST", "/api/v1/namespaces/default-2/configmaps", config("z"));
    await harness.call("POST", `${NS}/secrets`, config("s"));
    expect(seen()).toEqual([]);
  });
});

describe("the form of events", () => {
  it("is a table when asked, whose columns are named once", async () => {
    const harness = await startBuiltIn();
    await harness.call("POST", MAPS, config("a"));
    const accept = "application/json;as=Table;g=meta.k8s.io;v=v1";
    const { events } = await watch(harness, `${MAPS}?watch=1`, { accept });
    await harness.call("POST", MAPS, config("b"));
    const tables = events as unknown as {
      object: { kind: string; columnDefinitions: unknown[] | null; rows: { cells: unknown[] }[] };
    }[];
    expect(
      tables.map(({ object }) => [object.kind, object.columnDefinitions === null, object.rows[0]!.cells[0]]),
    ).toEqual([
      ["Table", false, "a"],
      ["Table", true, "b"],
    ]);
  });

  it("is only metadata when asked", async () => {
    const harness = await startBuiltIn();
    await harness.call("POST", MAPS, { metadata: { name: "a" }, data: { k: "v" } });
    const accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
    const { events } = await watch(harness, `${MAPS}?watch=1`, { accept });
    expect(events[0]).toMatchObject({
      type: "ADDED",
      object: { kind: "PartialObjectMetadata", metadata: { name: "a" } },
    });
    expect(events[0]!.object).not.toHaveProperty("data");
  });

  it("is never YAML", async () => {
    const { raw } = await startBuiltIn();
    expect((await raw("GET", `${MAPS}?watch=1`, { headers: { accept: "application/yaml" } })).status).toBe(406);
  });
});

describe("time", () => {
  it("ends a watch without a timeout after half an hour to an hour", async () => {
    const harness = await startBuiltIn({ random: () => 0.5 });
    const response = await harness.raw("GET", `${MAPS}?watch=1`);
    if (response.body.type !== "watch") throw new Error("not a watch");
    const subscription = response.body.events.subscribe();
    await harness.clock.advance(2_699_000);
    expect(subscription.closed).toBe(false);
    await harness.clock.advance(1_000);
    expect(subscription.closed).toBe(true);
  });

  it("brings bookmarks once a minute to those who want them", async () => {
    const harness = await startBuiltIn();
    const with_ = await watch(harness, `${MAPS}?watch=1&allowWatchBookmarks=1&timeoutSeconds=150`);
    const without = await watch(harness, `${MAPS}?watch=1&timeoutSeconds=150`);
    await harness.call("POST", `${NS}/secrets`, config("elsewhere"));
    const newest = (await harness.call("GET", `${NS}/secrets`)).body.metadata.resourceVersion;
    await harness.clock.advance(150_000);
    expect([with_.seen(), without.seen()]).toEqual([["BOOKMARK ", "BOOKMARK ", "BOOKMARK "], []]);
    expect(with_.events.map(({ object }) => object.metadata!.resourceVersion)).toEqual([newest, newest, newest]);
  });

  it("takes Events away after an hour, and those who watch see them go", async () => {
    const harness = await startBuiltIn();
    const event = {
      metadata: { name: "e" },
      involvedObject: { kind: "Pod", namespace: "default", name: "p" },
      reason: "R",
    };
    await harness.call("POST", `${NS}/events`, event);
    const { seen } = await watch(harness, `${NS}/events?watch=1&timeoutSeconds=7200`);
    await harness.clock.advance(3_599_000);
    expect((await harness.call("GET", `${NS}/events/e`)).status).toBe(200);
    await harness.clock.advance(2_000);
    expect((await harness.call("GET", `${NS}/events/e`)).status).toBe(404);
    expect(seen()).toEqual(["ADDED e", "DELETED e"]);
  });
});

describe("the past", () => {
  it("that the store forgot is gone for lists, and continues from the same key", async () => {
    const store = createMemoryStore({ clock: createVirtualClock({ start: 0 }) });
    const { call } = await startBuiltIn({ store });
    for (const name of ["a", "b", "c"]) await call("POST", MAPS, config(name));
    const first = (await call("GET", `${MAPS}?limit=1`)).body.metadata;
    await call("POST", MAPS, config("d"));
    await store.compact(await store.revision());
    const expired = await call("GET", `${MAPS}?limit=1&continue=${first.continue}`);
    expect(expired).toMatchObject({ status: 410, body: { reason: "Expired" } });
    const fresh = expired.body.metadata.continue as string;
    const rest = (await call("GET", `${MAPS}?continue=${fresh}`)).body.items;
    expect(rest.map((each: { metadata: { name: string } }) => each.metadata.name)).toEqual(["b", "c", "d"]);
    const exact = await call("GET", `${MAPS}?resourceVersion=${first.resourceVersion}&resourceVersionMatch=Exact`);
    expect(exact).toMatchObject({
      status: 410,
      body: { message: "The resourceVersion for the provided list is too old." },
    });
  });

  it.each([
    ["limit=1&resourceVersion=0", 3],
    ["limit=2", 2],
    ["limit=0", 3],
    ["resourceVersion=1&resourceVersionMatch=NotOlderThan", 3],
  ])("does not matter to a list with %s of %d items", async (query, count) => {
    const { call } = await startBuiltIn();
    for (const name of ["a", "b", "c"]) await call("POST", MAPS, config(name));
    expect((await call("GET", `${MAPS}?${query}`)).body.items).toHaveLength(count);
  });

  it("must not be named beside a continue token", async () => {
    const { call } = await startBuiltIn();
    for (const name of ["a", "b"]) await call("POST", MAPS, config(name));
    const { continue: token, resourceVersion } = (await call("GET", `${MAPS}?limit=1`)).body.metadata;
    const refused = await call("GET", `${MAPS}?continue=${token}&resourceVersion=${resourceVersion}`);
    expect(refused.body.message).toBe("specifying resource version is not allowed when using continue");
  });
});
