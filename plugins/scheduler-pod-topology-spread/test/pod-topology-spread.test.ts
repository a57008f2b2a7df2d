import type { Pod } from "@pinnace/api";
import { createPodInfo, type NodeInfo, type SchedulerPlugin } from "@pinnace/scheduler-framework";
import {
  attempt,
  testComponents,
  testCycle,
  testNode,
  testNodeInfo,
  testPod,
  testReader,
} from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.ts";

const ZONE = "topology.kubernetes.io/zone";
const HOST = "kubernetes.io/hostname";

const create = (objects: Readonly<Record<string, readonly object[]>> = {}, args: object = {}): SchedulerPlugin =>
  plugin.create(testComponents({ reader: testReader(objects) }), args);

const web = (name: string, metadata: object = {}): Pod => testPod(name, {}, { labels: { app: "web" }, ...metadata });

/** A node of a zone with so many matching pods. */
function node(name: string, zone: string | undefined, count = 0, change: object = {}): NodeInfo {
  const pods = Array.from({ length: count }, (_, index) => web(`${name}-${index}`));
  return testNodeInfo(testNode(name, { labels: zone === undefined ? {} : { [ZONE]: zone }, ...change }), ...pods);
}

const constraint = (change: object = {}): object => ({
  maxSkew: 1,
  topologyKey: ZONE,
  whenUnsatisfiable: "DoNotSchedule",
  labelSelector: { matchLabels: { app: "web" } },
  ...change,
});

const spreading = (constraints: readonly object[], spec: object = {}, labels: object = { app: "web" }): Pod =>
  testPod("p", { topologySpreadConstraints: constraints, ...spec }, { labels });

const fitting = (pod: Pod, nodes: readonly NodeInfo[], instance = create()): readonly string[] => {
  const { preFilter, filters } = attempt(instance, pod, nodes);
  if (preFilter?.code === "Skip") return nodes.map(({ name }) => name);
  return nodes.filter((_node, index) => filters[index]?.code === "Success").map(({ name }) => name);
};

describe("PodTopologySpread as a filter", () => {
  it.each([
    { what: "the emptier zone", pod: spreading([constraint()]), counts: [1, 0], fits: ["b"] },
    { what: "both zones when they are even", pod: spreading([constraint()]), counts: [1, 1], fits: ["a", "b"] },
    {
      what: "a fuller zone within maxSkew",
      pod: spreading([constraint({ maxSkew: 2 })]),
      counts: [1, 0],
      fits: ["a", "b"],
    },
    {
      what: "any zone for a preference",
      pod: spreading([constraint({ whenUnsatisfiable: "ScheduleAnyway" })]),
      counts: [5, 0],
      fits: ["a", "b"],
    },
    {
      what: "a pod that does not count itself",
      pod: spreading([constraint()], {}, { app: "other" }),
      counts: [1, 0],
      fits: ["a", "b"],
    },
    {
      what: "only empty zones below minDomains",
      pod: spreading([constraint({ minDomains: 3 })]),
      counts: [1, 0],
      fits: ["b"],
    },
    {
      what: "no zone below minDomains when all have pods",
      pod: spreading([constraint({ minDomains: 3 })]),
      counts: [1, 1],
      fits: [],
    },
    {
      what: "all when no selector is given, which matches no pod",
      pod: spreading([constraint({ labelSelector: undefined })]),
      counts: [3, 0],
      fits: ["a", "b"],
    },
  ])("takes $what", ({ pod, counts: [a, b], fits }) => {
    expect(fitting(pod, [node("a", "z1", a), node("b", "z2", b)])).toEqual(fits);
  });

  it("says whether a label is missing", () => {
    const { filters } = attempt(create(), spreading([constraint()]), [
      node("a", "z1", 1),
      node("b", "z2"),
      node("c", undefined),
    ]);
    expect(filters.map(({ code, reasons }) => [code, ...reasons])).toEqual([
      ["Unschedulable", "node(s) didn't match pod topology spread constraints"],
      ["Success"],
      ["UnschedulableAndUnresolvable", "node(s) didn't match pod topology spread constraints (missing required label)"],
    ]);
  });

  it("leaves nodes out of the count that the pod's node affinity excludes", () => {
    const nodes = [node("a", "z1", 1), node("b", "z2", 0)];
    const pinned = { nodeSelector: { [ZONE]: "z1" } };
    expect(fitting(spreading([constraint()], pinned), nodes)).toContain("a");
    expect(fitting(spreading([constraint({ nodeAffinityPolicy: "Ignore" })], pinned), nodes)).not.toContain("a");
  });

  it("leaves tainted nodes out of the count when it is told to", () => {
    const taints = [{ key: "k", effect: "NoSchedule" }];
    const nodes = [node("a", "z1", 1), node("b", "z2", 0, { spec: { taints } })];
    expect(fitting(spreading([constraint()]), nodes)).not.toContain("a");
    expect(fitting(spreading([constraint({ nodeTaintsPolicy: "Honor" })]), nodes)).toContain("a");
  });

  it("counts only pods of the same revision with matchLabelKeys", () => {
    const pod = spreading([constraint({ matchLabelKeys: ["revision"] })], {}, { app: "web", revision: "2" });
    expect(fitting(pod, [node("a", "z1", 3), node("b", "z2")])).toEqual(["a", "b"]);
  });

  it("counts neither terminating pods nor those of other namespaces", () => {
    const leaving = web("x", { deletionTimestamp: "2026-01-01T00:00:00Z" });
    const stranger = web("y", { namespace: "other" });
    const a = testNodeInfo(testNode("a", { labels: { [ZONE]: "z1" } }), leaving, stranger);
    expect(fitting(spreading([constraint()]), [a, node("b", "z2")])).toEqual(["a", "b"]);
  });

  it("needs every constraint to hold", () => {
    const pod = spreading([constraint(), constraint({ topologyKey: HOST })]);
    expect(fitting(pod, [node("a1", "z1", 0), node("a2", "z1", 1), node("b1", "z2", 1), node("b2", "z2", 0)])).toEqual([
      "a1",
      "b2",
    ]);
  });

  it("counts anew when a pod is taken away or added in a what-if", () => {
    const [instance, nodes] = [create(), [node("a", "z1", 1), node("b", "z2", 0)] as const];
    const cycle = testCycle(spreading([constraint()]), nodes);
    instance.preFilter!(cycle);
    expect(instance.filter!(cycle, nodes[0]).code).toBe("Unschedulable");
    const trial = { ...cycle, state: cycle.state.clone() };
    instance.removePod!(trial, nodes[0].pods[0]!, nodes[0]);
    expect(instance.filter!(trial, nodes[0]).code).toBe("Success");
    expect(instance.filter!(cycle, nodes[0]).code).toBe("Unschedulable");
    instance.addPod!(trial, createPodInfo(web("new")), nodes[0]);
    expect(instance.filter!(trial, nodes[0]).code).toBe("Unschedulable");
  });
});

describe("PodTopologySpread as a score", () => {
  const soft = (change: object = {}): object => constraint({ whenUnsatisfiable: "ScheduleAnyway", ...change });

  it("prefers domains with few pods", () => {
    const { scores } = attempt(create(), spreading([soft()]), [
      node("a", "z1", 4),
      node("b", "z2", 2),
      node("c", "z3", 0),
    ]);
    expect(scores).toEqual([0, 50, 100]);
  });

  it("gives all nodes the most when nothing runs yet", () => {
    expect(attempt(create(), spreading([soft()]), [node("a", "z1"), node("b", "z2")]).scores).toEqual([100, 100]);
  });

  it("puts nodes without the label last", () => {
    const { scores } = attempt(create(), spreading([soft()]), [node("a", "z1", 1), node("b", undefined)]);
    expect(scores).toEqual([100, 0]);
  });

  it("counts hosts one by one", () => {
    const nodes = [node("a", "z1", 2), node("b", "z1", 0)];
    expect(attempt(create(), spreading([soft({ topologyKey: HOST })]), nodes).scores).toEqual([0, 100]);
  });

  it("says nothing about a pod that belongs to nothing", () => {
    expect(attempt(create(), web("p"), [node("a", "z1", 1), node("b", "z2")]).scores).toBeUndefined();
  });

  const service = {
    metadata: { name: "web", namespace: "default" },
    spec: { selector: { app: "web" } },
  };
  const replicaSet = {
    metadata: { name: "web", namespace: "default" },
    spec: { selector: { matchLabels: { app: "web" } } },
  };
  const owned = web("p", {
    ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "web", uid: "u", controller: true }],
  });

  it.each([
    { what: "a Service", pod: web("p"), objects: { services: [service] } },
    { what: "a ReplicaSet", pod: owned, objects: { replicasets: [replicaSet] } },
  ])("spreads the pods of $what by default", ({ pod, objects }) => {
    const { scores } = attempt(create(objects), pod, [node("a", "z1", 3), node("b", undefined, 0)]);
    expect(scores![1]).toBeGreaterThan(scores![0]!);
  });

  it("spreads by the profile's own list instead, when it has one", () => {
    const args = { defaultingType: "List", defaultConstraints: [{ ...soft(), labelSelector: undefined }] };
    const nodes = [node("a", "z1", 3), node("b", "z2", 0)];
    expect(attempt(create({ services: [service] }, args), web("p"), nodes).scores).toEqual([0, 100]);
    expect(
      attempt(create({ services: [service] }, { defaultingType: "List" }), web("p"), nodes).scores,
    ).toBeUndefined();
  });
});

describe("PodTopologySpread's hints", () => {
  const pod = createPodInfo(spreading([constraint()]));
  const [pods, nodes] = create().eventsToRegister!();
  it.each([
    { what: "a matching pod comes", before: undefined, after: web("x"), hint: "Queue" },
    { what: "a matching pod goes", before: web("x"), after: undefined, hint: "Queue" },
    { what: "another pod comes", before: undefined, after: testPod("x"), hint: "QueueSkip" },
    { what: "a pod gets the label", before: testPod("x"), after: web("x"), hint: "Queue" },
    { what: "a pod keeps the label", before: web("x"), after: web("x"), hint: "QueueSkip" },
    {
      what: "a pod of another namespace comes",
      before: undefined,
      after: web("x", { namespace: "o" }),
      hint: "QueueSkip",
    },
  ])("say $hint when $what", ({ before, after, hint }) => expect(pods!.hint!(pod, before, after)).toBe(hint));

  it.each([
    { what: "a node with the key comes", before: undefined, after: node("a", "z1").node, hint: "Queue" },
    { what: "a node without the key comes", before: undefined, after: node("a", undefined).node, hint: "QueueSkip" },
    { what: "a node moves", before: node("a", "z1").node, after: node("a", "z2").node, hint: "Queue" },
    { what: "a node stays", before: node("a", "z1").node, after: node("a", "z1").node, hint: "QueueSkip" },
    { what: "a node goes", before: node("a", "z1").node, after: undefined, hint: "Queue" },
  ])("say $hint when $what", ({ before, after, hint }) => expect(nodes!.hint!(pod, before, after)).toBe(hint));
});
