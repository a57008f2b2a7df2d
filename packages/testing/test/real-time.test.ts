import { CONFIG_MAPS, NAMESPACES, PODS, type Pod } from "@pinnace/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestCluster, type TestCluster } from "../src/index.ts";
import { deployment, running } from "./web.ts";

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await createTestCluster({ nodes: 2 });
});
afterAll(() => cluster.stop());

describe("a cluster on real time", () => {
  it("runs the pods of a Deployment", async () => {
    await cluster.apply(deployment("web", 3));
    const pods = await cluster.waitFor(PODS, { labelSelector: "app=web" }, (all) => all.length === 3 && running(all));
    expect(new Set(pods.map(({ spec }) => spec?.nodeName))).toEqual(new Set(["sim-0", "sim-1"]));
  });

  it("applies YAML of several documents, and Lists", async () => {
    const applied = await cluster.apply(`
# the first document is empty
---
apiVersion: v1
kind: Namespace
metadata: { name: blue }
---
apiVersion: v1
kind: List
items:
  - { apiVersion: v1, kind: ConfigMap, metadata: { name: a, namespace: blue }, data: { color: blue } }
  - { apiVersion: v1, kind: ConfigMap, metadata: { name: b }, data: { color: red } }
`);
    expect(applied.map(({ kind, metadata }) => [kind, metadata?.namespace, metadata?.name])).toEqual([
      ["Namespace", undefined, "blue"],
      ["ConfigMap", "blue", "a"],
      ["ConfigMap", "default", "b"],
    ]);
    await expect(cluster.waitFor(NAMESPACES, "blue")).resolves.toMatchObject({ metadata: { name: "blue" } });
    await expect(cluster.waitFor(CONFIG_MAPS, "blue/a")).resolves.toMatchObject({ data: { color: "blue" } });
  });

  it("waits for a deletion", async () => {
    await cluster.apply({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "gone" } });
    const gone = cluster.waitForDeletion(CONFIG_MAPS, "gone");
    await cluster.client.resource(CONFIG_MAPS).namespace("default").delete("gone");
    await gone;
  });

  it("shows what there is when the wait is over", async () => {
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "big" } };
    const spec = { containers: [{ name: "app", image: "app:1", resources: { requests: { cpu: "1000" } } }] };
    await cluster.apply({ ...pod, spec } as Pod);
    await cluster.waitFor(PODS, "big", ({ status }) => status?.conditions?.[0]?.reason === "Unschedulable");
    const wait = cluster.waitFor(PODS, "big", ({ status }) => status?.phase === "Running", { timeout: 50 });
    await expect(wait).rejects.toMatchObject({
      code: "TIMEOUT",
      message: expect.stringMatching(
        /waiting for pods default\/big\nwhat there is:\n {2}default\/big: .*Insufficient cpu/s,
      ),
    });
    await expect(cluster.waitFor(PODS, "none", undefined, { timeout: 1 })).rejects.toThrow("there is none");
  });

  it("rejects with what a predicate throws", async () => {
    const failure = new Error("no");
    const wait = cluster.waitFor(PODS, {}, () => {
      throw failure;
    });
    await expect(wait).rejects.toBe(failure);
  });

  it.each([
    ["kind: [", "INVALID_MANIFEST"],
    ["kind: Pod", "INVALID_MANIFEST"],
    ["{ apiVersion: boats/v1, kind: Pinnace, metadata: { name: a } }", "UNKNOWN_KIND"],
  ])("refuses the manifest %s", async (manifest, code) => {
    await expect(cluster.apply(manifest)).rejects.toMatchObject({ code });
  });

  it("lists events, oldest first", async () => {
    const reasons = (await cluster.events("default"))
      .filter(({ involvedObject }) => involvedObject.kind === "Deployment")
      .map(({ reason }) => reason);
    expect(reasons[0]).toBe("ScalingReplicaSet");
  });

  it("keeps no history when nobody wants it", async () => {
    await using other = await createTestCluster({ nodes: 0, history: false });
    expect(other.history()).toEqual([]);
    expect(cluster.history()[0]).toMatchObject({ type: "ADDED" });
  });
});
