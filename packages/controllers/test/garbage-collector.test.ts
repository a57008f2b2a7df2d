import { CONFIG_MAPS, type ConfigMap, DEPLOYMENTS, PODS, REPLICA_SETS } from "@pinnace/api";
import type { OwnerReference } from "@pinnace/apimachinery";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deploymentController } from "../src/deployment/index.ts";
import { garbageCollector } from "../src/garbagecollector/index.ts";
import { replicaSetController } from "../src/replicaset/index.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";

let plane: ControlPlane;

beforeEach(async () => {
  plane = await startControlPlane([garbageCollector, deploymentController, replicaSetController]);
});
afterEach(() => plane.stop());

async function make(name: string, ...owners: readonly ConfigMap[]): Promise<ConfigMap> {
  const ownerReferences = owners.map(reference);
  return plane.create(CONFIG_MAPS, { metadata: { name, ownerReferences } });
}

function reference({ metadata }: ConfigMap): OwnerReference {
  const { name = "", uid = "" } = metadata ?? {};
  return { apiVersion: "v1", kind: "ConfigMap", name, uid, blockOwnerDeletion: true };
}

async function names(): Promise<readonly (string | undefined)[]> {
  await plane.clock.advance(1000);
  return (await plane.list(CONFIG_MAPS)).map((object) => object.metadata?.name);
}

const remove = (name: string, propagationPolicy: "Background" | "Foreground" | "Orphan") =>
  plane.client.resource(CONFIG_MAPS).namespace("default").delete(name, { propagationPolicy });

describe("the garbage collector", () => {
  it("deletes dependents in the background, and theirs", async () => {
    const owner = await make("o");
    const dependent = await make("d", owner);
    await make("e", dependent);
    await remove("o", "Background");
    expect(await names()).toEqual([]);
  });

  it("deletes dependents before their owner in the foreground", async () => {
    const owner = await make("o");
    await make("d", owner);
    const gone: (string | undefined)[] = [];
    plane.informers.informer(CONFIG_MAPS).events.subscribe((event) => {
      if (event.type === "delete") gone.push(event.object.metadata?.name);
    });
    await remove("o", "Foreground");
    expect(await names()).toEqual([]);
    expect(gone).toEqual(["d", "o"]);
  });

  it("lets dependents be when they are orphaned", async () => {
    const owner = await make("o");
    await make("d", owner);
    await remove("o", "Orphan");
    expect(await names()).toEqual(["d"]);
    const dependent = await plane.get(CONFIG_MAPS, "d");
    expect(dependent.metadata?.ownerReferences ?? []).toEqual([]);
  });

  it("deletes what names an owner that does not exist", async () => {
    await make("d", { metadata: { name: "absent", uid: "no-such-uid" } });
    expect(await names()).toEqual([]);
  });

  it("deletes what names an owner with another uid", async () => {
    await make("o");
    await make("d", { metadata: { name: "o", uid: "no-such-uid" } });
    expect(await names()).toEqual(["o"]);
  });

  it("keeps what has another owner, and drops the lost one", async () => {
    const [o, p] = [await make("o"), await make("p")];
    await make("d", o, p);
    await remove("o", "Foreground");
    expect(await names()).toEqual(["d", "p"]);
    expect((await plane.get(CONFIG_MAPS, "d")).metadata?.ownerReferences).toEqual([reference(p)]);
  });

  it.each(["Background", "Foreground"] as const)("deletes a circle (%s)", async (policy) => {
    const owner = await make("o");
    const dependent = await make("d", owner);
    await plane.mergePatch(CONFIG_MAPS, "o", { metadata: { ownerReferences: [reference(dependent)] } });
    await remove("o", policy);
    expect(await names()).toEqual([]);
  });

  it("removes ReplicaSets and pods of a Deployment", async () => {
    await plane.create(DEPLOYMENTS, {
      metadata: { name: "web" },
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: "web" } },
        template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "c", image: "img:1" }] } },
      },
    });
    await plane.clock.settle();
    expect(await plane.list(PODS)).toHaveLength(3);
    await plane.client.resource(DEPLOYMENTS).namespace("default").delete("web", { propagationPolicy: "Background" });
    await plane.clock.advance(60_000);
    expect([await plane.list(REPLICA_SETS), await plane.list(PODS)]).toEqual([[], []]);
  });
});
