import { CSI_NODES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, type Pod } from "@pinnace/api";
import { type SchedulerPlugin, SUCCESS } from "@pinnace/scheduler-framework";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeOf, nodeShape, type PodKind, podKinds, podOf } from "./random-cluster.ts";
import { pluginsWith, TrialCluster, type TrialOptions } from "./trial-cluster.ts";

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant("pod" as const), kind: fc.nat(3), claim: fc.option(fc.nat(4)) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("remove" as const), index: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("node" as const), index: fc.nat(8), shape: nodeShape }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("steal" as const), index: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("fail" as const), times: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("crash" as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("wait" as const), milliseconds: fc.nat(5_000) }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const histories = fc.record({
  nodes: fc.array(nodeShape, { minLength: 1, maxLength: 6, size: "max" }),
  kinds: podKinds,
  steps: fc.array(step, { maxLength: 30, size: "max" }),
});

type History = typeof histories extends fc.Arbitrary<infer T> ? T : never;

/** Five volumes with claims in both namespaces; a node takes one or two of them. */
function addVolumes(cluster: TrialCluster): void {
  for (let index = 0; index < 9; index += 1) {
    const spec = {
      drivers: [{ name: "csi.example.com", nodeID: `n${index}`, allocatable: { count: 1 + (index % 2) } }],
    };
    cluster.put(CSI_NODES, { metadata: { name: `n${index}` }, spec });
  }
  for (const namespace of ["default", "other"]) {
    for (let index = 0; index < 5; index += 1) {
      const [name, volumeName] = [`claim-${index}`, `${namespace}-${index}`];
      const csi = { driver: "csi.example.com", volumeHandle: volumeName };
      cluster.put(PERSISTENT_VOLUMES, {
        metadata: { name: volumeName },
        spec: { csi, accessModes: ["ReadWriteMany"], claimRef: { name, namespace, uid: volumeName } },
      });
      const annotations = { "pv.kubernetes.io/bind-completed": "yes" };
      const metadata = { name, namespace, uid: volumeName, annotations };
      const claim = { metadata, spec: { volumeName, accessModes: ["ReadWriteMany"] }, status: { phase: "Bound" } };
      cluster.put(PERSISTENT_VOLUME_CLAIMS, claim);
    }
  }
}

function claiming(pod: Pod, claim: number | null): Pod {
  if (claim === null) return pod;
  const volumes = [{ name: "data", persistentVolumeClaim: { claimName: `claim-${claim}` } }];
  return { ...pod, spec: { ...pod.spec, volumes } } as unknown as Pod;
}

async function take(cluster: TrialCluster, each: Step, kinds: readonly PodKind[], count: number): Promise<void> {
  const pods = cluster.pods.lister.list();
  if (each.do === "pod") cluster.add(claiming(podOf(`p${count}`, kinds[each.kind]!), each.claim));
  else if (each.do === "wait") await cluster.clock.advance(each.milliseconds);
  else if (each.do === "fail") cluster.failures = each.times;
  else if (each.do === "crash") await cluster.start();
  else if (each.do === "node") {
    // What is under way was decided for the node as it was.
    await cluster.clock.settle();
    cluster.nodes.put(nodeOf(each.index, each.shape));
  } else if (each.do === "remove") {
    const pod = pods[each.index];
    await cluster.clock.settle();
    if (pod !== undefined) cluster.pods.remove(`${pod.metadata?.namespace}/${pod.metadata?.name}`);
  } else {
    const pod = pods.filter(({ spec }) => !spec?.nodeName)[each.index];
    const verdict = pod === undefined ? undefined : cluster.verdict(pod);
    if (pod !== undefined && verdict?.type === "found") cluster.assign(pod, verdict.nodeName);
  }
}

/** What was wrong in a history, in the end also pods that would fit and wait for ever. */
async function faultsOf(
  { nodes, kinds, steps }: History,
  options: TrialOptions = {},
  schedulers: readonly string[] = ["one"],
): Promise<readonly string[]> {
  const cluster = new TrialCluster(options);
  addVolumes(cluster);
  for (const [index, shape] of nodes.entries()) cluster.nodes.put(nodeOf(index, shape));
  for (const name of schedulers) await cluster.start(name);
  for (const [count, each] of steps.entries()) await take(cluster, each, kinds, count);
  cluster.failures = 0;
  await cluster.clock.advance(900_000);
  const faults = [...cluster.faults];
  for (const pod of cluster.pods.lister.list()) {
    if (pod.spec?.nodeName || cluster.verdict(pod).type === "unschedulable") continue;
    faults.push(`${pod.metadata?.name} would fit and is forgotten`);
  }
  await cluster.stop();
  return faults;
}

/** Pods with the same priority: nobody is evicted, so that what is bound stays. */
const peaceful = (history: History): History => ({
  ...history,
  kinds: history.kinds.map((kind) => ({ ...kind, priority: 0 })),
});

/** Its Filter alone says yes. */
function lax({
  filter: _filter,
  filterTable: _table,
  preFilter: _preFilter,
  ...rest
}: SchedulerPlugin): SchedulerPlugin {
  return { ...rest, filter: () => SUCCESS };
}

interface Fault {
  readonly what: string;
  readonly shows: RegExp;
  readonly options: TrialOptions;
  /** Makes pods that show it more often. */
  readonly kind?: Partial<PodKind>;
}

const constraint = { maxSkew: 1, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "DoNotSchedule" };

const lenient = (name: string, shows: RegExp, kind: Partial<PodKind> = {}): Fault => ({
  ...{ what: `${name} lets every pod pass`, shows, kind },
  options: { plugins: pluginsWith(name, lax) },
});

const FAULTS: readonly Fault[] = [
  lenient("NodeResourcesFit", /breaks cpu/, { requests: { cpu: "1" } }),
  lenient("NodeResourcesFit", /breaks memory/, { requests: { memory: "512Mi" } }),
  lenient("NodeResourcesFit", /breaks pods/, { requests: {} }),
  lenient("NodeResourcesFit", /breaks example.com.gpu/, { requests: { "example.com/gpu": "1" } }),
  lenient("NodePorts", /breaks host port/),
  lenient("InterPodAffinity", /breaks anti-affinity/),
  lenient("PodTopologySpread", /breaks maxSkew/, { spread: [{ ...constraint, labelSelector: {} }] }),
  lenient("NodeVolumeLimits", /breaks volume limit/),
  lenient("TaintToleration", /had untolerated taint/),
  {
    what: "the binder only says that it has bound the pod",
    shows: /is forgotten/,
    options: { plugins: pluginsWith("DefaultBinder", () => ({ bind: async () => SUCCESS })) },
  },
  {
    what: "the binder binds pods twice, and the API server lets it",
    shows: /bound twice/,
    options: {
      isCareless: true,
      plugins: pluginsWith("DefaultBinder", (plugin) => ({
        bind: async (cycle, nodeName) => {
          await plugin.bind!(cycle, nodeName);
          return plugin.bind!(cycle, nodeName);
        },
      })),
    },
  },
  {
    what: "preemption takes all pods for less important",
    shows: /: priority/,
    options: {
      plugins: pluginsWith("DefaultPreemption", (plugin) => ({
        ...plugin,
        postFilter: (cycle, rejections) => {
          const pod = { ...cycle.pod.pod, spec: { ...cycle.pod.pod.spec, priority: 1_000 } } as Pod;
          return plugin.postFilter!({ ...cycle, pod: { ...cycle.pod, pod } }, rejections);
        },
      })),
    },
  },
];

describe("whatever happens", () => {
  it("no node is over-committed, no filter, anti-affinity or spread is broken, no pod is bound twice or forgotten", async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        expect(await faultsOf(peaceful(history))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it("all that holds where pods evict others, too, and none evicts one that is as important", async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        expect(await faultsOf(history)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it("two schedulers that do the same work at the same time bind no pod twice and forget none", async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.integer({ min: 1, max: 50 }), async (history, latency) => {
        expect(await faultsOf(history, { latency }, ["one", "two"])).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it.each(FAULTS)(
    "it shows when $what",
    async ({ shows, options }) => {
      const isHidden = fc.asyncProperty(histories, async (history) => {
        const faults = await faultsOf(history, options);
        return !faults.some((fault) => shows.test(fault));
      });
      const { failed } = await fc.check(isHidden, { numRuns: 2_000, endOnFailure: true });
      expect(failed, "no history shows it").toBe(true);
    },
    60_000,
  );
});
