import type { Pod } from "@pinnace/api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { testNode, testPod } from "../src/compliance/index.ts";
import { ClusterCache, createPodInfo, type NodeInfo, type Snapshot } from "../src/index.ts";

const onNode = (name: string, nodeName: string, cpu = "100m"): Pod =>
  testPod(name, { nodeName, containers: [{ name: "main", resources: { requests: { cpu } } }] });

const podsOf = (snapshot: Snapshot, node: string): (string | undefined)[] =>
  (snapshot.get(node)?.pods ?? []).map(({ pod }) => pod.metadata?.name).sort();

function withNodes(...names: readonly string[]): ClusterCache {
  const cache = new ClusterCache();
  for (const name of names) cache.setNode(testNode(name));
  return cache;
}

describe("ClusterCache", () => {
  it("counts an assumed pod until it is forgotten", () => {
    const cache = withNodes("n");
    cache.assume(createPodInfo(testPod("a")), "n");
    expect(cache.isAssumed("uid-a")).toBe(true);
    expect(cache.assumedCount).toBe(1);
    expect(cache.snapshot().get("n")?.requested.milliCpu).toBe(100);
    cache.forget("uid-a");
    expect(cache.snapshot().get("n")?.requested.milliCpu).toBe(0);
  });

  it("confirms an assumed pod when its binding is seen; it is not forgotten any more", () => {
    const cache = withNodes("n");
    cache.assume(createPodInfo(testPod("a")), "n");
    cache.setPod(onNode("a", "n"));
    cache.forget("uid-a");
    expect(cache.isAssumed("uid-a")).toBe(false);
    expect(podsOf(cache.snapshot(), "n")).toEqual(["a"]);
  });

  it("moves an assumed pod that was bound elsewhere", () => {
    const cache = withNodes("n", "m");
    cache.assume(createPodInfo(testPod("a")), "n");
    cache.setPod(onNode("a", "m"));
    expect(podsOf(cache.snapshot(), "n")).toEqual([]);
    expect(podsOf(cache.snapshot(), "m")).toEqual(["a"]);
  });

  it("keeps pods of a node that comes later, or comes back", () => {
    const cache = new ClusterCache();
    cache.setPod(onNode("a", "n"));
    expect(cache.nodeCount).toBe(0);
    cache.setNode(testNode("n"));
    expect(podsOf(cache.snapshot(), "n")).toEqual(["a"]);
    cache.removeNode("n");
    expect(cache.snapshot().nodes).toEqual([]);
    cache.removePod("uid-a");
    cache.setNode(testNode("n"));
    expect(podsOf(cache.snapshot(), "n")).toEqual([]);
  });

  it("leaves a snapshot as it was while the cluster goes on", () => {
    const cache = withNodes("n", "m");
    const before = cache.snapshot();
    const info = before.get("n");
    cache.setPod(onNode("a", "n"));
    cache.removeNode("m");
    const after = cache.snapshot();
    expect(before.get("n")).toBe(info);
    expect(before.nodes.map(({ name }) => name)).toEqual(["n", "m"]);
    expect(before.get("m")?.name).toBe("m");
    expect(after.nodes.map(({ name }) => name)).toEqual(["n"]);
    expect(after.generation).toBeGreaterThan(before.generation);
  });

  it("hands out the same snapshot while nothing changes", () => {
    const cache = withNodes("n");
    expect(cache.snapshot()).toBe(cache.snapshot());
  });

  it("tries zones in turn", () => {
    const cache = new ClusterCache();
    for (const [name, zone] of [
      ["a1", "a"],
      ["a2", "a"],
      ["a3", "a"],
      ["b1", "b"],
      ["c1", "c"],
    ] as const) {
      cache.setNode(testNode(name, { labels: { "topology.kubernetes.io/zone": zone } }));
    }
    expect(cache.snapshot().nodes.map(({ name }) => name)).toEqual(["a1", "b1", "c1", "a2", "a3"]);
  });

  it("follows what a node changes", () => {
    const cache = withNodes("n");
    cache.setPod(onNode("a", "n"));
    cache.setNode(testNode("n", { status: { allocatable: { cpu: "8", pods: "5" } } }));
    const info = cache.snapshot().get("n");
    expect([info?.allocatable.milliCpu, info?.allowedPods, info?.pods.length]).toEqual([8_000, 5, 1]);
  });

  it("lists the nodes with affinity pods", () => {
    const cache = withNodes("n", "m");
    const term = { topologyKey: "zone", labelSelector: {} };
    cache.setPod(
      testPod("a", {
        nodeName: "n",
        affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
      }),
    );
    const snapshot = cache.snapshot();
    expect(snapshot.nodesWithRequiredAntiAffinityPods.map(({ name }) => name)).toEqual(["n"]);
    expect(snapshot.nodesWithAffinityPods.map(({ name }) => name)).toEqual(["n"]);
  });

  it("is always what a rebuild from scratch would be", () => {
    const name = fc.integer({ min: 0, max: 5 }).map((each) => `p${each}`);
    const node = fc.integer({ min: 0, max: 2 }).map((each) => `n${each}`);
    const step = fc.oneof(
      fc.record({ do: fc.constant("node" as const), node }),
      fc.record({ do: fc.constant("drop" as const), node }),
      fc.record({ do: fc.constant("pod" as const), name, node, cpu: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ do: fc.constant("gone" as const), name }),
      fc.record({ do: fc.constant("assume" as const), name, node }),
      fc.record({ do: fc.constant("forget" as const), name }),
      fc.record({ do: fc.constant("look" as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const cache = new ClusterCache();
        const nodes = new Set<string>();
        const pods = new Map<string, { readonly pod: Pod; readonly node: string; readonly assumed: boolean }>();
        for (const each of steps) {
          switch (each.do) {
            case "node":
              cache.setNode(testNode(each.node));
              nodes.add(each.node);
              break;
            case "drop":
              cache.removeNode(each.node);
              nodes.delete(each.node);
              break;
            case "pod": {
              const pod = onNode(each.name, each.node, `${each.cpu}`);
              cache.setPod(pod);
              pods.set(each.name, { pod, node: each.node, assumed: false });
              break;
            }
            case "gone":
              cache.removePod(`uid-${each.name}`);
              pods.delete(each.name);
              break;
            case "assume":
              if (pods.has(each.name)) break;
              cache.assume(createPodInfo(testPod(each.name)), each.node);
              pods.set(each.name, { pod: testPod(each.name), node: each.node, assumed: true });
              break;
            case "forget":
              cache.forget(`uid-${each.name}`);
              if (pods.get(each.name)?.assumed) pods.delete(each.name);
              break;
            case "look":
              cache.snapshot();
          }
        }
        const rebuilt = new ClusterCache();
        for (const each of nodes) rebuilt.setNode(testNode(each));
        for (const { pod, node } of pods.values()) rebuilt.assume(createPodInfo(pod), node);
        expect(summary(cache.snapshot())).toEqual(summary(rebuilt.snapshot()));
      }),
    );
  });
});

function summary(snapshot: Snapshot): readonly object[] {
  const of = ({ name, pods, requested, nonZeroRequested }: NodeInfo): object => ({
    name,
    pods: pods.map(({ pod }) => pod.metadata?.name).sort(),
    requested,
    nonZeroRequested,
  });
  return [...snapshot.nodes].sort((a, b) => (a.name < b.name ? -1 : 1)).map(of);
}
