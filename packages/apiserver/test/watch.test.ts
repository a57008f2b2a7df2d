import type { WatchEvent } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import { type Harness, startServer } from "./harness.ts";

const PATH = "/api/v1/namespaces/default/configmaps";

async function watch({ raw }: Harness, query: string) {
  const response = await raw("GET", `${PATH}?watch=1&${query}`);
  if (response.body.type !== "watch") throw new Error("not a watch");
  const seen: WatchEvent[] = [];
  const { body } = response;
  const state = { completed: false };
  const subscription = body.events.subscribe({
    next: (event) => seen.push(event),
    complete: () => {
      state.completed = true;
    },
  });
  return { seen, state, subscription, encode: (event: WatchEvent) => new TextDecoder().decode(body.encode(event)) };
}

describe("a watch", () => {
  it("ends after timeoutSeconds, with a bookmark two seconds before", async () => {
    const harness = await startServer();
    const { seen, state } = await watch(harness, "resourceVersion=2&allowWatchBookmarks=true&timeoutSeconds=10");
    await harness.clock.advance(7_999);
    expect(seen).toEqual([]);
    await harness.clock.advance(1);
    expect(seen).toMatchObject([
      { type: "BOOKMARK", object: { kind: "ConfigMap", metadata: { resourceVersion: "2" } } },
    ]);
    await harness.clock.advance(2_000);
    expect(state.completed).toBe(true);
  });

  it("marks the end of initial events", async () => {
    const harness = await startServer();
    await harness.call("POST", PATH, { metadata: { name: "a" } });
    const { seen } = await watch(
      harness,
      "sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan",
    );
    expect(seen).toMatchObject([
      { type: "ADDED", object: { metadata: { name: "a" } } },
      { type: "BOOKMARK", object: { metadata: { annotations: { "k8s.io/initial-events-end": "true" } } } },
    ]);
  });

  it("says that the past is gone", async () => {
    const harness = await startServer(undefined, {}, { watchHistory: 2 });
    for (const name of ["a", "b", "c", "d", "e"]) await harness.call("POST", PATH, { metadata: { name } });
    const { seen, state } = await watch(harness, "resourceVersion=3");
    expect(seen).toMatchObject([{ type: "ERROR", object: { code: 410, reason: "Expired" } }]);
    expect(state.completed).toBe(true);
  });

  it("encodes an event once for all who watch everything", async () => {
    const harness = await startServer();
    const [first, second] = [await watch(harness, "resourceVersion=2"), await watch(harness, "resourceVersion=2")];
    await harness.call("POST", PATH, { metadata: { name: "a" }, data: { k: "v" } });
    expect(first.seen[0]).toBe(second.seen[0]);
    const line = first.encode(first.seen[0]!);
    expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(first.seen[0])));
    expect(line.endsWith("\n")).toBe(true);
  });

  it("stops when nobody listens", async () => {
    const harness = await startServer();
    const { seen, subscription } = await watch(harness, "resourceVersion=2&timeoutSeconds=5");
    subscription.unsubscribe();
    await harness.call("POST", PATH, { metadata: { name: "a" } });
    await harness.clock.advance(10_000);
    expect(seen).toEqual([]);
  });

  it.each([
    ["resourceVersion=abc", 500],
    ["timeoutSeconds=x", 400],
    ["labelSelector=a%3Db%3Dc", 400],
    ["fieldSelector=spec.x%3Dy", 400],
    ["resourceVersionMatch=NotOlderThan", 422],
  ])("refuses %s with %d", async (query, status) => {
    const harness = await startServer();
    expect((await harness.raw("GET", `${PATH}?watch=1&${query}`)).status).toBe(status);
  });
});
