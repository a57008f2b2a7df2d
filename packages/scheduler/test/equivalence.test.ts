import type { Node, Pod } from "@pinnace/api";
import {
  ClusterCache,
  type ClusterReader,
  type Cycle,
  createCycleState,
  createNodeInfo,
  createPodInfo,
  createSnapshot,
  type Profile,
  type ProfileConfig,
  type Snapshot,
  VerdictCache,
  withPod,
} from "@pinnace/scheduler-framework";
import { testReader } from "@pinnace/scheduler-framework/compliance";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FindNodeResult, findNode } from "../src/find-node.ts";
import { Nominations } from "../src/nominations.ts";
import { newProfile } from "./default-profile.ts";
import { type NodeShape, nodeOf, nodeShape, type PodKind, podKinds, podOf, VOLUME_OBJECTS } from "./random-cluster.ts";

const reader: ClusterReader = testReader({
  ...VOLUME_OBJECTS,
  namespaces: [
    { metadata: { name: "default", labels: { team: "red" } } },
    { metadata: { name: "other", labels: { team: "blue" } } },
  ],
  services: [{ metadata: { name: "a", namespace: "default" }, spec: { selector: { app: "a" } } }],
});

/** Numbers in [0, 1) that begin anew for each attempt, so that both ways draw the same. */
function drawing(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** All that a result says, as plain data. */
function said(result: FindNodeResult): unknown {
  if (result.type === "error") return result;
  if (result.type === "unschedulable") {
    const { rejections, plugins, ...diagnosis } = result.diagnosis;
    return { ...diagnosis, nextIndex: result.nextIndex, plugins: [...plugins].sort(), rejections: [...rejections] };
  }
  const { nodeName, evaluated, feasible, nextIndex, rejections, scored } = result;
  const rows = scored.map(({ node, total, scores }) => [node.name, total, [...scores]]);
  return { nodeName, evaluated, feasible, nextIndex, rejections: [...rejections], rows };
}

/** A cluster, scheduled in the fast way, and asked the plain way each time. */
class Comparison {
  readonly #config: ProfileConfig;
  readonly #fast: Profile;
  readonly #verdicts: VerdictCache;
  readonly #cache = new ClusterCache();
  readonly #nodes = new Map<string, Node>();
  readonly #placed = new Map<string, { readonly pod: Pod; readonly nodeName: string }>();
  readonly #nominations = new Nominations();
  readonly #percentage: number;
  #startIndex = 0;
  #count = 0;

  constructor(config: ProfileConfig, percentage: number) {
    this.#config = config;
    this.#percentage = percentage;
    this.#fast = newProfile(config, reader);
    this.#verdicts = new VerdictCache(this.#fast);
  }

  setNode(node: Node): void {
    this.#nodes.set(node.metadata!.name!, node);
    this.#cache.setNode(node);
  }

  removeNode(name: string): void {
    this.#nodes.delete(name);
    this.#cache.removeNode(name);
  }

  removePod(index: number): void {
    const uid = [...this.#placed.keys()][index];
    if (uid === undefined) return;
    this.#placed.delete(uid);
    this.#cache.removePod(uid);
  }

  nominate(kind: PodKind, node: number): void {
    this.#count += 1;
    this.#nominations.set(createPodInfo(podOf(`nominated-${this.#count}`, kind)), `n${node}`);
  }

  /** Places one pod of a kind, and compares. */
  schedule(kind: PodKind, confirm: boolean): void {
    this.#count += 1;
    const pod = podOf(`p${this.#count}`, kind);
    const info = createPodInfo(pod);
    const snapshot = this.#cache.snapshot();
    const options = { nominations: this.#nominations, percentage: this.#percentage, startIndex: this.#startIndex };
    const { signal } = new AbortController();
    const fast = findNode(
      { state: createCycleState(), pod: info, snapshot, signal },
      { ...options, profile: this.#fast, random: drawing(this.#count), verdicts: this.#verdicts },
    );
    const plain = findNode(
      { state: createCycleState(), pod: createPodInfo(pod), snapshot: this.#rebuilt(snapshot), signal },
      { ...options, profile: newProfile(this.#config, reader), random: drawing(this.#count) },
    );
    expect(said(fast)).toEqual(said(plain));
    this.#compareRows({ state: createCycleState(), pod: info, snapshot, signal });
    this.#startIndex = fast.nextIndex;
    if (fast.type !== "found") return;
    const { nodeName } = fast;
    this.#placed.set(pod.metadata!.uid!, { pod, nodeName });
    this.#cache.assume(info, nodeName);
    if (confirm) this.#cache.setPod({ ...pod, spec: { ...pod.spec, nodeName } } as Pod);
  }

  /** What plugins say by rows is what they say node by node. */
  #compareRows(cycle: Cycle): void {
    const { nodes } = cycle.snapshot;
    const { status, skipped } = this.#fast.runPreFilter(cycle);
    if (status.code !== "Success") return;
    for (const { name, plugin } of this.#fast.activeFilters(skipped)) {
      if (plugin.filterRows === undefined) continue;
      const of = plugin.filterRows(cycle);
      const byRow = nodes.map((_node, row) => [name, of(row)]);
      expect(byRow).toEqual(nodes.map((node) => [name, plugin.filter!(cycle, node)]));
    }
    const rows = nodes.map((_node, row) => row).reverse();
    const reversed = rows.map((row) => nodes[row]!);
    const preScore = this.#fast.runPreScore(cycle, reversed, rows);
    for (const { name, plugin } of this.#fast.points.score) {
      if (plugin.scoreTable === undefined || preScore.skipped.has(name)) continue;
      const byRow = plugin.scoreTable(cycle, reversed, rows);
      expect([name, ...byRow]).toEqual([name, ...reversed.map((node) => plugin.score!(cycle, node))]);
    }
  }

  /** The same nodes and pods, put together from nothing. */
  #rebuilt({ nodes }: Snapshot): Snapshot {
    const infos = nodes.map(({ name }) => {
      const pods = [...this.#placed.values()].filter(({ nodeName }) => nodeName === name);
      return pods.reduce((node, { pod }) => withPod(node, createPodInfo(pod)), createNodeInfo(this.#nodes.get(name)!));
    });
    return createSnapshot(1, infos);
  }
}

type Step =
  | { readonly do: "schedule"; readonly kind: number; readonly times: number; readonly confirm: boolean }
  | { readonly do: "node"; readonly index: number; readonly shape: NodeShape }
  | { readonly do: "removeNode"; readonly index: number }
  | { readonly do: "removePod"; readonly index: number }
  | { readonly do: "nominate"; readonly kind: number; readonly node: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("schedule" as const),
      kind: fc.nat(3),
      times: fc.integer({ min: 1, max: 4 }),
      confirm: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("node" as const), index: fc.nat(14), shape: nodeShape }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("removeNode" as const), index: fc.nat(14) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("removePod" as const), index: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("nominate" as const), kind: fc.nat(3), node: fc.nat(14) }) },
);

function run(comparison: Comparison, kinds: readonly PodKind[], steps: readonly Step[]): void {
  for (const each of steps) {
    if (each.do === "node") comparison.setNode(nodeOf(each.index, each.shape));
    else if (each.do === "removeNode") comparison.removeNode(`n${each.index}`);
    else if (each.do === "removePod") comparison.removePod(each.index);
    else if (each.do === "nominate") comparison.nominate(kinds[each.kind]!, each.node);
    else for (let time = 0; time < each.times; time += 1) comparison.schedule(kinds[each.kind]!, each.confirm);
  }
}

const PROFILES: readonly (readonly [string, ProfileConfig])[] = [
  ["the default profile", { schedulerName: "default-scheduler" }],
  [
    "a profile that packs, with other weights and plugins switched off",
    {
      schedulerName: "default-scheduler",
      plugins: {
        multiPoint: { disabled: [{ name: "ImageLocality" }] },
        filter: { disabled: [{ name: "NodePorts" }, { name: "TaintToleration" }] },
        score: { enabled: [{ name: "NodeResourcesFit", weight: 7 }] },
      },
      pluginConfig: [
        {
          name: "NodeResourcesFit",
          args: { scoringStrategy: { type: "MostAllocated", resources: [{ name: "cpu", weight: 3 }] } },
        },
        { name: "InterPodAffinity", args: { hardPodAffinityWeight: 50 } },
      ],
    },
  ],
];

describe("verdicts that are kept", () => {
  it.each(PROFILES)("place pods, reject nodes and score as asking anew does: %s", (_name, config) => {
    const shapes = fc.array(nodeShape, { minLength: 1, maxLength: 12, size: "max" });
    fc.assert(
      fc.property(shapes, podKinds, fc.array(step, { maxLength: 25, size: "max" }), (nodes, of, steps) => {
        const comparison = new Comparison(config, 0);
        for (const [index, shape] of nodes.entries()) comparison.setNode(nodeOf(index, shape));
        run(comparison, of, steps);
      }),
      { numRuns: 60 },
    );
  });

  it("do so on clusters where only some nodes are looked at", () => {
    const shapes = fc.array(nodeShape, { minLength: 4, maxLength: 8 });
    fc.assert(
      fc.property(shapes, podKinds, fc.array(step, { maxLength: 10 }), (of, pods, steps) => {
        const comparison = new Comparison({ schedulerName: "default-scheduler" }, 5);
        for (let index = 0; index < 230; index += 1) comparison.setNode(nodeOf(index, of[index % of.length]!));
        run(comparison, pods, steps);
      }),
      { numRuns: 8 },
    );
  });
});
