import { PERSISTENT_VOLUME_CLAIMS, type Pod } from "@pinnace/api";
import { silentLogger } from "@pinnace/logging";
import type { NodeInfo } from "@pinnace/scheduler-framework";
import { testNode, testNodeInfo, testPod, testReader } from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import type { SchedulerInspection } from "../src/explain/inspection.ts";
import type { Extender } from "../src/extenders/extender.ts";
import { type ClaimTemplate, supposedClaims } from "../src/whatif/claims-of.ts";
import { podSetsOf } from "../src/whatif/pods-of.ts";
import { type Placement, Simulation } from "../src/whatif/simulation.ts";
import { SupposingReader } from "../src/whatif/supposing-reader.ts";
import { newProfile } from "./default-profile.ts";

interface Scene {
  readonly nodes: readonly NodeInfo[];
  readonly objects?: Readonly<Record<string, readonly object[]>>;
  readonly extenders?: readonly Partial<Extender>[];
}

const EXTENDER: Extender = {
  ...{ name: "http://extender", ignorable: false, filters: true, prioritizes: false, binds: false, preempts: false },
  isInterested: () => true,
  filter: async (_pod, nodes) => ({ nodes, failed: new Map(), unresolvable: new Map() }),
  prioritize: async () => new Map(),
  bind: () => Promise.reject(new Error("nobody is bound")),
  preempt: async (_pod, candidates) => candidates,
};

function setup({ nodes, objects = {}, extenders = [] }: Scene) {
  const reader = new SupposingReader(testReader(objects));
  const profile = newProfile({ schedulerName: "default-scheduler" }, reader);
  const inspection = {
    ...{ reader, logger: silentLogger },
    profileOf: () => profile,
    extenders: () => extenders.map((change) => ({ ...EXTENDER, ...change })),
  } as unknown as SchedulerInspection;
  const { signal } = new AbortController();
  const simulation = new Simulation(nodes, { inspection, now: () => 0, signal, pause: async () => undefined });
  const place = (pod: Pod, templates: ReadonlyMap<string, ClaimTemplate> = new Map()): Promise<Placement> =>
    simulation.place({ pod, kind: pod.metadata?.name ?? "", supposed: supposedClaims(pod, templates, reader) });
  return { simulation, reader, place };
}

const pod = (name: string, cpu: string, priority = 0, more: object = {}, labels: object = {}): Pod =>
  testPod(name, { priority, containers: [{ name: "c", resources: { requests: { cpu } } }], ...more }, { labels });

const said = (placement: Placement): string =>
  placement.nodeName === undefined
    ? placement.message
    : [placement.nodeName, ...placement.evicted.map(({ metadata }) => metadata?.name)].join(" without ");

describe("a simulation with pods that matter less", () => {
  const nodes = (): readonly NodeInfo[] => [
    testNodeInfo(testNode("a"), pod("old", "2", 5), pod("low", "2", 1)),
    testNodeInfo(testNode("b"), pod("high", "4", 50)),
  ];
  it.each([
    { what: "a pod that matters more has others leave", of: pod("p", "2", 10), says: "a without low" },
    { what: "as many as it needs", of: pod("p", "4", 10), says: "a without old without low" },
    {
      what: "one that matters as little does not",
      of: pod("p", "2", 1),
      says: "0/2 nodes are available: 2 Insufficient cpu.",
    },
    {
      what: "nor one that must not",
      of: pod("p", "2", 10, { preemptionPolicy: "Never" }),
      says: "0/2 nodes are available: 2 Insufficient cpu.",
    },
    {
      what: "nor one that is too large",
      of: pod("p", "9", 90),
      says: "0/2 nodes are available: 2 Insufficient cpu.",
    },
  ])("$what", async ({ of, says }) => {
    const { place } = setup({ nodes: nodes() });
    expect(said(await place(of))).toBe(says);
  });

  it("gives the room to one pod only", async () => {
    const { place } = setup({ nodes: nodes() });
    expect(said(await place(pod("p", "2", 10)))).toBe("a without low");
    expect(said(await place(pod("q", "2", 10)))).toBe("a without old");
    expect(said(await place(pod("r", "2", 10)))).toBe("0/2 nodes are available: 2 Insufficient cpu.");
  });

  it("counts budgets that would be violated", async () => {
    const budget = {
      metadata: { name: "b", namespace: "default" },
      spec: { selector: { matchLabels: { app: "x" } } },
      status: { disruptionsAllowed: 0 },
    };
    const node = testNodeInfo(testNode("a"), pod("x", "4", 0, {}, { app: "x" }));
    const { place } = setup({ nodes: [node], objects: { poddisruptionbudgets: [budget] } });
    expect(await place(pod("p", "2", 10))).toMatchObject({ nodeName: "a", violations: 1 });
  });

  it("does not work out again what is known of pods that are alike, until something changes", async () => {
    const { place, simulation } = setup({ nodes: nodes() });
    expect(await place(pod("p", "3"))).toBe(await place(pod("p", "3")));
    simulation.addNode(testNodeInfo(testNode("c")));
    expect(said(await place(pod("p", "3")))).toBe("c");
  });
});

describe("a simulation with extenders", () => {
  const empty = (): readonly NodeInfo[] => ["a", "b"].map((name) => testNodeInfo(testNode(name)));
  const onlyB: Partial<Extender> = {
    filter: async (_pod, nodes) => ({
      nodes: nodes.filter(({ name }) => name === "b"),
      failed: new Map(nodes.filter(({ name }) => name !== "b").map(({ name }) => [name, "not b"])),
      unresolvable: new Map(),
    }),
  };

  it("asks those that filter, prefer and choose victims, and binds nobody", async () => {
    const filtered = setup({ nodes: empty(), extenders: [onlyB] });
    expect(said(await filtered.place(pod("p", "1")))).toBe("b");
    const prioritize = async (): Promise<ReadonlyMap<string, number>> => new Map([["b", 1_000]]);
    const preferred = setup({ nodes: empty(), extenders: [{ prioritizes: true, binds: true, prioritize }] });
    expect(said(await preferred.place(pod("p", "1")))).toBe("b");
    const full = ["a", "b"].map((name) => testNodeInfo(testNode(name), pod(`on-${name}`, "4")));
    const preempt: Extender["preempt"] = async (_pod, all) => all.filter(({ nodeName }) => nodeName === "b");
    const advised = setup({ nodes: full, extenders: [{ preempts: true, preempt }] });
    expect(said(await advised.place(pod("p", "2", 10)))).toBe("b without on-b");
  });

  it("says what one fails with, and leaves out who does not care", async () => {
    const filter = (): never => {
      throw new Error("no answer");
    };
    const failing = setup({ nodes: empty(), extenders: [{ filter }] });
    expect(said(await failing.place(pod("p", "1")))).toBe("no answer");
    const other = setup({ nodes: empty(), extenders: [{ filter, isInterested: () => false }] });
    expect(said(await other.place(pod("p", "1")))).toBe("a");
  });

  it("does not ask them about nodes that do not exist", async () => {
    const asked: string[] = [];
    const filter: Extender["filter"] = async (_pod, nodes) => {
      asked.push(...nodes.map(({ name }) => name));
      return { nodes: [], failed: new Map(nodes.map(({ name }) => [name, "none"])), unresolvable: new Map() };
    };
    const { simulation, place } = setup({ nodes: empty(), extenders: [{ filter }] });
    expect(said(await place(pod("p", "1")))).toBe("0/2 nodes are available: 2 none.");
    simulation.addNode(testNodeInfo(testNode("a-copy-1")));
    expect(said(await place(pod("p", "1")))).toBe("a-copy-1");
    expect(new Set(asked)).toEqual(new Set(["a", "b"]));
  });
});

describe("a simulation with claims that are not there yet", () => {
  const zone = (name: string, value: string): NodeInfo =>
    testNodeInfo(testNode(name, { labels: { "topology.kubernetes.io/zone": value } }));
  const storageClass = (name: string, more: object): object => ({
    metadata: { name },
    provisioner: "csi.example.com",
    volumeBindingMode: "WaitForFirstConsumer",
    ...more,
  });
  const inZ2 = {
    allowedTopologies: [{ matchLabelExpressions: [{ key: "topology.kubernetes.io/zone", values: ["z2"] }] }],
  };
  const isDefault = {
    metadata: { name: "std", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
  };
  const limits = ["a", "b"].map((name) => ({
    metadata: { name },
    spec: { drivers: [{ name: "csi.example.com", nodeID: name, allocatable: { count: 1 } }] },
  }));
  const spec = (storageClassName?: string): object => ({
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: "1Gi" } },
    ...(storageClassName === undefined ? {} : { storageClassName }),
  });
  const claiming = (name: string): Pod =>
    pod(name, "1", 0, { volumes: [{ name: "data", persistentVolumeClaim: { claimName: `data-${name}` } }] });
  const template = (className?: string): ClaimTemplate =>
    ({ metadata: { name: "data" }, spec: spec(className) }) as ClaimTemplate;

  it.each([
    { what: "goes where its class may provision", class: storageClass("c", inZ2), names: "c", says: ["b", "b"] },
    { what: "takes the default class", class: storageClass("std", { ...isDefault, ...inZ2 }), says: ["b", "b"] },
    {
      what: "counts towards the limit of a node, be it that its volume is made at once",
      class: storageClass("c", { volumeBindingMode: "Immediate" }),
      names: "c",
      csinodes: limits,
      says: ["a", "b", "0/2 nodes are available: 2 node(s) exceed max volume count."],
    },
    {
      what: "finds nothing where nobody provisions",
      class: storageClass("c", { volumeBindingMode: "Immediate", provisioner: "kubernetes.io/no-provisioner" }),
      names: "c",
      says: ["0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims."],
    },
  ])("a pod of a StatefulSet $what", async ({ class: storageclass, names, csinodes = [], says }) => {
    const { place, reader } = setup({
      nodes: [zone("a", "z1"), zone("b", "z2")],
      objects: { storageclasses: [storageclass], csinodes },
    });
    const places: string[] = [];
    for (const [index] of says.entries()) {
      const claims = new Map([[`data-p-${index}`, template(names)]]);
      places.push(said(await place(claiming(`p-${index}`), claims)));
    }
    expect(places).toEqual(says);
    expect(reader.get(PERSISTENT_VOLUME_CLAIMS, "default/data-p-0")).toBeUndefined();
    expect(reader.list(PERSISTENT_VOLUME_CLAIMS)).toEqual([]);
  });

  it("takes the claim that is there, and makes one for an ephemeral volume", async () => {
    const there = { metadata: { name: "data-p", namespace: "default" }, spec: spec("gone"), status: { phase: "Lost" } };
    const { place } = setup({
      nodes: [zone("a", "z1")],
      objects: { storageclasses: [storageClass("c", {})], persistentvolumeclaims: [there] },
    });
    expect(said(await place(claiming("p"), new Map([["data-p", template("c")]])))).toContain("non-existent");
    const ephemeral = { volumeClaimTemplate: { spec: spec("c") } };
    expect(said(await place(pod("q", "1", 0, { volumes: [{ name: "tmp", ephemeral }] })))).toBe("a");
  });
});

describe("the pods of a StatefulSet", () => {
  it("have its volumes and begin where it says", () => {
    const data = { metadata: { name: "data" }, spec: {} };
    const volumes = [
      { name: "data", emptyDir: {} },
      { name: "tmp", emptyDir: {} },
    ];
    const [set] = podSetsOf(
      {
        kind: "StatefulSet",
        metadata: { name: "db" },
        spec: { replicas: 2, ordinals: { start: 3 }, volumeClaimTemplates: [data], template: { spec: { volumes } } },
      },
      "default",
    );
    expect(set?.names).toEqual(["db-3", "db-4"]);
    expect(set?.pod.spec?.volumes).toEqual([
      { name: "data", persistentVolumeClaim: { claimName: "data-db-3" } },
      { name: "tmp", emptyDir: {} },
    ]);
  });
});
