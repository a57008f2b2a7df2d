import type { WatchEvent } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import { startServer } from "./harness.ts";

const PATH = "/api/v1/namespaces/default/configmaps";

describe("the verbs of a stored resource", () => {
  it("creates, reads, lists, updates and deletes", async () => {
    const { call } = await startServer();
    const created = await call("POST", PATH, { metadata: { name: "a", labels: { x: "1" } }, data: { k: "v" } });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      kind: "ConfigMap",
      apiVersion: "v1",
      metadata: { name: "a", namespace: "default", creationTimestamp: "2026-01-01T00:00:00Z" },
      data: { k: "v" },
    });
    expect((await call("GET", `${PATH}/a`)).body).toEqual(created.body);
    const { body: list } = await call("GET", PATH);
    expect(list).toMatchObject({
      kind: "ConfigMapList",
      metadata: { resourceVersion: created.body.metadata.resourceVersion },
    });
    expect(list.items).toEqual(
      [{ ...created.body, kind: undefined, apiVersion: undefined }].map((o) => JSON.parse(JSON.stringify(o))),
    );
    const updated = await call("PUT", `${PATH}/a`, { metadata: { name: "a" }, data: { k: "w" } });
    expect(updated.body).toMatchObject({
      metadata: { uid: created.body.metadata.uid },
      data: { k: "w" },
    });
    const deleted = await call("DELETE", `${PATH}/a`);
    expect(deleted.body).toMatchObject({
      kind: "Status",
      status: "Success",
      details: { kind: "configmaps", name: "a" },
    });
    expect((await call("GET", `${PATH}/a`)).status).toBe(404);
  });

  it("keeps the resourceVersion when an update changes nothing", async () => {
    const { call } = await startServer();
    const { body } = await call("POST", PATH, { metadata: { name: "a" }, data: { k: "v" } });
    const again = await call("PUT", `${PATH}/a`, body);
    expect(again.body.metadata.resourceVersion).toBe(body.metadata.resourceVersion);
  });

  it("watches from the present, from a revision, and through a selector", async () => {
    const { call, raw } = await startServer();
    await call("POST", PATH, { metadata: { name: "a", labels: { x: "1" } } });
    const seen: Record<string, string[]> = {};
    for (const [name, query] of Object.entries({
      present: "watch=1",
      past: "watch=1&resourceVersion=2",
      some: "watch=1&resourceVersion=3&labelSelector=x%3D1",
    })) {
      const response = await raw("GET", `${PATH}?${query}`);
      if (response.body.type !== "watch") throw new Error("no watch");
      seen[name] = [];
      response.body.events.subscribe((event: WatchEvent) =>
        seen[name]!.push(`${event.type} ${event.object.metadata?.name} ${event.object.metadata?.resourceVersion}`),
      );
    }
    await call("PUT", `${PATH}/a`, { metadata: { name: "a", labels: { x: "2" } } });
    await call("POST", PATH, { metadata: { name: "b", labels: { x: "1" } } });
    await call("DELETE", `${PATH}/b`);
    expect(seen).toEqual({
      present: ["ADDED a 3", "MODIFIED a 4", "ADDED b 5", "DELETED b 6"],
      past: ["ADDED a 3", "MODIFIED a 4", "ADDED b 5", "DELETED b 6"],
      some: ["DELETED a 4", "ADDED b 5", "DELETED b 6"],
    });
  });
});
