import { CONFIG_MAPS, PODS, type Pod, REPLICA_SETS, RESOURCE_QUOTAS, SERVICES } from "@pinnace/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { resourceQuotaController } from "../src/resourcequota/index.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";

let plane: ControlPlane;

beforeEach(async () => {
  plane = await startControlPlane([resourceQuotaController], { pods: "pending" });
});
afterEach(() => plane.stop());

const pod = (name: string, requests?: object): Pod => ({
  metadata: { name },
  spec: {
    containers: [{ name: "c", image: "i", ...(requests === undefined ? {} : { resources: { requests } }) }],
  } as never,
});

async function quota(hard: Record<string, string>, more: object = {}) {
  await plane.create(RESOURCE_QUOTAS, { metadata: { name: "q" }, spec: { hard, ...more } });
  return used();
}

async function used() {
  await plane.clock.advance(1000);
  return (await plane.get(RESOURCE_QUOTAS, "q")).status?.used;
}

describe("a resource quota", () => {
  it("counts what is there", async () => {
    await plane.create(PODS, pod("a", { cpu: "100m", memory: "64Mi" }));
    await plane.create(PODS, pod("b", { cpu: "1", memory: "1Gi" }));
    await plane.create(SERVICES, { metadata: { name: "s" }, spec: { ports: [{ port: 80 }] } });
    await plane.create(CONFIG_MAPS, { metadata: { name: "m" } });
    expect(
      await quota({ pods: "5", "requests.cpu": "4", memory: "4Gi", services: "5", configmaps: "9", secrets: "9" }),
    ).toEqual({
      pods: "2",
      "requests.cpu": "1100m",
      memory: "1088Mi",
      services: "1",
      configmaps: "1",
      secrets: "0",
    });
  });

  it("gives back what is deleted or finished", async () => {
    await plane.create(PODS, pod("a"));
    await plane.create(PODS, pod("b"));
    expect(await quota({ pods: "5", "count/pods": "5" })).toEqual({ pods: "2", "count/pods": "2" });
    await plane.client
      .resource(PODS)
      .namespace("default")
      .patch("a", { type: "merge", body: { status: { phase: "Succeeded" } } }, { subresource: "status" });
    expect(await used()).toEqual({ pods: "1", "count/pods": "2" });
    await plane.client.resource(PODS).namespace("default").delete("b", { gracePeriodSeconds: 0 });
    expect(await used()).toEqual({ pods: "0", "count/pods": "1" });
  });

  it("counts objects of any kind, and sees them go", async () => {
    const template = { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "i" }] } };
    await plane.create(REPLICA_SETS, {
      metadata: { name: "r" },
      spec: { replicas: 0, selector: { matchLabels: { a: "b" } }, template },
    });
    expect(await quota({ "count/replicasets.apps": "5" })).toEqual({ "count/replicasets.apps": "1" });
    await plane.client.resource(REPLICA_SETS).namespace("default").delete("r");
    expect(await used()).toEqual({ "count/replicasets.apps": "0" });
  });

  it.each([
    [["BestEffort"], "1"],
    [["NotBestEffort"], "1"],
    [undefined, "2"],
  ])("counts within its scopes %o", async (scopes, count) => {
    await plane.create(PODS, pod("a"));
    await plane.create(PODS, pod("b", { cpu: "1" }));
    expect(await quota({ pods: "5" }, scopes === undefined ? {} : { scopes })).toEqual({ pods: count });
  });
});
