import { NODES, type Node, PODS, type Pod } from "@pinnace/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeIpamController } from "../src/nodeipam/index.ts";
import { nodeLifecycleController } from "../src/nodelifecycle/index.ts";
import { podGarbageCollector } from "../src/podgc/index.ts";
import { taintEvictionController } from "../src/tainteviction/index.ts";
import { ttlController } from "../src/ttl/index.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";

let plane: ControlPlane;

beforeEach(async () => {
  plane = await startControlPlane([
    nodeLifecycleController,
    taintEvictionController,
    nodeIpamController(),
    podGarbageCollector,
    ttlController,
  ]);
});
afterEach(() => plane.stop());

function node(name: string, more: Partial<Node> = {}): Node {
  const conditions = [{ type: "Ready", status: "True", reason: "KubeletReady", message: "ok" }];
  return { metadata: { name }, status: { conditions }, ...more };
}

function pod(name: string, nodeName: string, spec: object = {}): Pod {
  return { metadata: { name }, spec: { nodeName, containers: [{ name: "c", image: "img:1" }], ...spec } as never };
}

const taintsOf = async (name: string): Promise<readonly string[]> =>
  ((await plane.get(NODES, name)).spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`);

/** Reports the node's heartbeat every ten seconds for as long as `until` says. */
async function keepAlive(name: string, milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 10_000) {
    const current = await plane.get(NODES, name);
    const lastHeartbeatTime = new Date(plane.clock.now()).toISOString();
    const conditions = current.status?.conditions?.map((condition) => ({ ...condition, lastHeartbeatTime })) ?? [];
    await plane.client.resource(NODES).updateStatus({ ...current, status: { ...current.status, conditions } });
    await plane.clock.advance(10_000);
  }
}

describe("a new node", () => {
  it("gets a pod CIDR, the TTL annotation, twins of its labels, and is registered", async () => {
    const labels = { "kubernetes.io/os": "linux", "kubernetes.io/arch": "arm64" };
    await plane.create(NODES, node("a", { metadata: { name: "a", labels } }));
    await plane.create(NODES, node("b"));
    await plane.clock.advance(6000);
    const [a, b] = [await plane.get(NODES, "a"), await plane.get(NODES, "b")];
    expect([a.spec?.podCIDR, b.spec?.podCIDR]).toEqual(["10.244.0.0/24", "10.244.1.0/24"]);
    expect(a.spec?.podCIDRs).toEqual(["10.244.0.0/24"]);
    expect(a.metadata?.annotations).toEqual({ "node.alpha.kubernetes.io/ttl": "0" });
    expect(a.metadata?.labels).toMatchObject({ "beta.kubernetes.io/os": "linux", "beta.kubernetes.io/arch": "arm64" });
    expect(await plane.events("Node")).toEqual([
      "RegisteredNode: Node a event: Registered Node a in Controller",
      "RegisteredNode: Node b event: Registered Node b in Controller",
    ]);
  });

  it("leaves the CIDR alone that another node has", async () => {
    await plane.create(NODES, node("a", { spec: { podCIDR: "10.244.0.0/24", podCIDRs: ["10.244.0.0/24"] } }));
    await plane.create(NODES, node("b"));
    await plane.clock.settle();
    expect((await plane.get(NODES, "b")).spec?.podCIDR).toBe("10.244.1.0/24");
  });
});

describe("taints", () => {
  it.each([
    ["MemoryPressure", "True", "node.kubernetes.io/memory-pressure:NoSchedule"],
    ["DiskPressure", "True", "node.kubernetes.io/disk-pressure:NoSchedule"],
    ["PIDPressure", "True", "node.kubernetes.io/pid-pressure:NoSchedule"],
    ["NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable:NoSchedule"],
    ["Ready", "Unknown", "node.kubernetes.io/unreachable:NoSchedule"],
    ["Ready", "False", "node.kubernetes.io/not-ready:NoSchedule"],
  ])("follow %s=%s", async (type, status, taint) => {
    await plane.create(NODES, node("a", { status: { conditions: [{ type, status }] } }));
    await plane.clock.settle();
    expect(await taintsOf("a")).toContain(taint);
  });

  it("follow cordon and uncordon, and leave others alone", async () => {
    await plane.create(NODES, node("a", { spec: { taints: [{ key: "only", effect: "NoSchedule" }] } }));
    await plane.mergePatch(NODES, "a", { spec: { unschedulable: true } });
    await plane.clock.settle();
    expect(await taintsOf("a")).toEqual(["only:NoSchedule", "node.kubernetes.io/unschedulable:NoSchedule"]);
    await plane.mergePatch(NODES, "a", { spec: { unschedulable: null } });
    await plane.clock.settle();
    expect(await taintsOf("a")).toEqual(["only:NoSchedule"]);
  });
});

describe("a silent node", () => {
  it("becomes Unknown, is tainted, and its pods are not ready", async () => {
    await plane.create(NODES, node("a"));
    await plane.create(NODES, node("b"));
    await plane.create(PODS, pod("p", "a", { tolerations: [{ operator: "Exists" }] }));
    await keepAlive("b", 60_000);
    const { status } = await plane.get(NODES, "a");
    expect(status?.conditions?.map(({ type, status: value, reason }) => `${type}=${value} ${reason}`)).toEqual([
      "Ready=Unknown NodeStatusUnknown",
      "MemoryPressure=Unknown NodeStatusNeverUpdated",
      "DiskPressure=Unknown NodeStatusNeverUpdated",
      "PIDPressure=Unknown NodeStatusNeverUpdated",
    ]);
    expect([...(await taintsOf("a"))].sort()).toEqual([
      "node.kubernetes.io/unreachable:NoExecute",
      "node.kubernetes.io/unreachable:NoSchedule",
    ]);
    expect((await plane.get(PODS, "p")).status?.conditions?.[0]).toMatchObject({ type: "Ready", status: "False" });
    expect(await plane.events("Node")).toContain("NodeNotReady: Node a status is now: NodeNotReady");
  });

  it("is not evicted from when it is the only one", async () => {
    await plane.create(NODES, node("a"));
    await plane.clock.advance(120_000);
    expect(await taintsOf("a")).toEqual(["node.kubernetes.io/unreachable:NoSchedule"]);
  });
});

describe("taint eviction", () => {
  const evil = { spec: { taints: [{ key: "bad", value: "x", effect: "NoExecute" }] } };
  const exists = async (name: string): Promise<boolean> =>
    (await plane.list(PODS)).some(({ metadata }) => metadata?.name === name);

  beforeEach(async () => {
    await plane.create(NODES, node("a"));
  });

  it("spares who tolerates, waits as long as asked, and takes the rest", async () => {
    await plane.create(PODS, pod("tolerant", "a", { tolerations: [{ key: "bad", operator: "Exists" }] }));
    const patient = { key: "bad", operator: "Exists", effect: "NoExecute", tolerationSeconds: 20 };
    await plane.create(PODS, pod("patient", "a", { tolerations: [patient] }));
    await plane.create(PODS, pod("delicate", "a"));
    await plane.mergePatch(NODES, "a", evil);
    await plane.clock.advance(1000);
    expect([await exists("tolerant"), await exists("patient"), await exists("delicate")]).toEqual([true, true, false]);
    await plane.clock.advance(20_000);
    expect([await exists("tolerant"), await exists("patient")]).toEqual([true, false]);
    expect(await plane.events("Pod")).toContain("TaintManagerEviction: Marking for deletion Pod default/patient");
  });

  it("is called off when the taint goes", async () => {
    const patient = { key: "bad", operator: "Exists", tolerationSeconds: 20, effect: "NoExecute" };
    await plane.create(PODS, pod("patient", "a", { tolerations: [patient] }));
    await plane.mergePatch(NODES, "a", evil);
    await plane.clock.advance(10_000);
    await plane.mergePatch(NODES, "a", { spec: { taints: null } });
    await plane.clock.advance(60_000);
    expect(await exists("patient")).toBe(true);
    expect(await plane.events("Pod")).toContain("TaintManagerEviction: Cancelling deletion of Pod default/patient");
  });
});

describe("pod collection", () => {
  it("removes the pods of a node that is gone", async () => {
    await plane.create(NODES, node("a"));
    await plane.create(PODS, pod("p", "a"));
    await plane.client.resource(NODES).delete("a");
    await plane.clock.advance(30_000);
    expect(await plane.list(PODS)).toHaveLength(1);
    await plane.clock.advance(60_000);
    expect(await plane.list(PODS)).toEqual([]);
  });
});
