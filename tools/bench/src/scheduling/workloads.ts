import {
  GATED,
  GATED_WITH_AFFINITY,
  HIGH_PRIORITY,
  LIGHT,
  LOW_PRIORITY,
  MATCHING_GREEN,
  PINNED,
  PLAIN,
  SPREAD_OVER_HOSTS,
  spreadOverZones,
  WITH_LABEL,
  WITH_NODE_AFFINITY,
  WITH_SECRET,
  withAffinity,
} from "./objects.ts";
import type { Step, Workload } from "./workload.ts";

/** Makes a number of a workload smaller for a run that must end soon. */
type Scale = (count: number) => number;

const ZONE_1 = ["zone1"];
const MOONS = ["moon-1", "moon-2", "moon-3"];

const ANTI_AFFINITY = withAffinity({ kind: "podAntiAffinity", color: "green", topology: "host" });
const AFFINITY = withAffinity({ kind: "podAffinity", color: "blue", topology: "zone" });
const PREFERRED_AFFINITY = withAffinity({ kind: "podAffinity", color: "red", topology: "host", preferred: true });
const PREFERRED_ANTI_AFFINITY = withAffinity({
  ...{ kind: "podAntiAffinity", color: "yellow", topology: "host", preferred: true },
});

/**
 * The main workloads of upstream's scheduler_perf (1.36) by their names, at the size of their performance runs. Floors
 * are the higher of the thresholds in the suite and those on its dashboard.
 */
export function schedulerPerfWorkloads(scale: Scale): readonly Workload[] {
  return [...basic(scale), ...affinity(scale), ...namespaceSelectors(scale), ...spreading(scale), ...volumes(scale)];
}

const nodes = (count: number, zones?: readonly string[]): Step => ({
  ...{ do: "nodes", count },
  ...(zones === undefined ? {} : { zones }),
});

/** Plain pods; `init` of them before those that are measured. */
export function plainPods(count: number, init: number, onNodes: number): readonly Step[] {
  return [
    nodes(onNodes),
    { do: "pods", count: init, template: PLAIN },
    { do: "pods", count, template: PLAIN, measured: true },
  ];
}

function basic(n: Scale): readonly Workload[] {
  return [
    { name: "SchedulingBasic/5000Nodes_10000Pods", floor: 810, steps: plainPods(n(10_000), n(1_000), n(5_000)) },
    {
      name: "SchedulingDaemonset/15000Nodes",
      floor: 390,
      steps: [
        { do: "nodes", count: 1, name: "scheduler-perf-node", pods: 100_000, cpu: "4000" },
        nodes(n(15_000)),
        { do: "pods", count: n(30_000), template: PINNED, measured: true },
      ],
    },
    {
      name: "PreemptionBasic/1000Nodes",
      steps: [
        nodes(n(1_000)),
        { do: "pods", count: n(4_000), template: LOW_PRIORITY },
        { do: "pods", count: n(1_000), template: HIGH_PRIORITY, measured: true },
      ],
    },
    {
      name: "PreemptionAsync/5000Nodes",
      floor: 570,
      steps: [
        nodes(n(5_000)),
        { do: "pods", count: n(20_000), template: LOW_PRIORITY },
        { do: "churn", kinds: ["high"], interval: 200 },
        { do: "pods", count: n(5_000), template: PLAIN, measured: true },
      ],
    },
    {
      name: "Unschedulable/5kNodes/100Init/10kPods",
      floor: 170,
      steps: [
        nodes(n(5_000)),
        { do: "pods", count: n(100), template: PLAIN },
        { do: "churn", kinds: ["too large"], interval: 200 },
        { do: "pods", count: n(10_000), template: PLAIN, measured: true },
      ],
    },
    {
      name: "SchedulingWithMixedChurn/5000Nodes_10000Pods",
      floor: 710,
      steps: [
        nodes(n(5_000)),
        { do: "churn", kinds: ["node", "too large", "service"], interval: 1_000, recreate: true },
        { do: "pods", count: n(10_000), template: PLAIN, measured: true },
      ],
    },
    {
      name: "SchedulingWhileGated/1Node_10000GatedPods",
      floor: 130,
      steps: [
        { do: "nodes", count: 1, name: "scheduler-perf-node", pods: 100_000, cpu: "4000" },
        { do: "namespaces", prefix: "deleted", count: 1 },
        { do: "pods", count: n(10_000), template: GATED, unattended: true },
        { do: "pods", count: n(20_000), template: LIGHT, namespace: "deleted-0" },
        { do: "delete", namespace: "deleted-0", perSecond: 50 },
        { do: "pods", count: n(20_000), template: LIGHT, measured: true },
      ],
    },
    {
      name: "SchedulingDeletedPodsWithFinalizers/5000Node_5000DeletingPods",
      steps: [
        nodes(n(5_000)),
        { do: "namespaces", prefix: "deleted", count: 1 },
        {
          ...{ do: "pods", count: n(5_000), namespace: "deleted-0", unattended: true },
          template: { ...LIGHT, finalizers: ["test.k8s.io/finalizer"] },
        },
        { do: "delete", namespace: "deleted-0", perSecond: 100 },
        { do: "pods", count: n(5_000), template: LIGHT, measured: true },
      ],
    },
  ];
}

const TWO_NAMESPACES: Step = { do: "namespaces", prefix: "sched", count: 2 };

function affinity(n: Scale): readonly Workload[] {
  const inTwo = (template: typeof PLAIN, init: number, measured: number, last = template): readonly Step[] => [
    TWO_NAMESPACES,
    { do: "pods", count: init, template, namespace: "sched-0" },
    { do: "pods", count: measured, template: last, namespace: "sched-1", measured: true },
  ];
  return [
    {
      name: "SchedulingPodAntiAffinity/5000Nodes_2000Pods",
      floor: 60,
      steps: [nodes(n(5_000)), ...inTwo(ANTI_AFFINITY, n(1_000), n(2_000))],
    },
    {
      name: "SchedulingPodMatchingAntiAffinity/5000Nodes_5000Pods",
      floor: 600,
      steps: [nodes(n(5_000)), ...inTwo(ANTI_AFFINITY, n(1_000), n(5_000), MATCHING_GREEN)],
    },
    {
      name: "SchedulingPodAffinity/5000Nodes_5000Pods",
      floor: 35,
      steps: [nodes(n(5_000), ZONE_1), ...inTwo(AFFINITY, n(5_000), n(5_000))],
    },
    {
      name: "SchedulingPreferredPodAffinity/5000Nodes_5000Pods",
      floor: 90,
      steps: [nodes(n(5_000)), ...inTwo(PREFERRED_AFFINITY, n(5_000), n(5_000))],
    },
    {
      name: "SchedulingPreferredPodAntiAffinity/5000Nodes_5000Pods",
      floor: 90,
      steps: [nodes(n(5_000)), ...inTwo(PREFERRED_ANTI_AFFINITY, n(5_000), n(5_000))],
    },
    {
      name: "SchedulingNodeAffinity/5000Nodes_10000Pods",
      floor: 220,
      steps: [
        nodes(n(5_000), ZONE_1),
        { do: "pods", count: n(5_000), template: WITH_NODE_AFFINITY },
        { do: "pods", count: n(10_000), template: WITH_NODE_AFFINITY, measured: true },
      ],
    },
    {
      name: "MixedSchedulingBasePod/5000Nodes_5000Pods",
      floor: 140,
      steps: [
        nodes(n(5_000), ZONE_1),
        { do: "namespaces", prefix: "sched", count: 1 },
        ...[PLAIN, AFFINITY, ANTI_AFFINITY, PREFERRED_AFFINITY, PREFERRED_ANTI_AFFINITY].map(
          (template): Step => ({ do: "pods", count: n(2_000), template, namespace: "sched-0" }),
        ),
        { do: "pods", count: n(5_000), template: PLAIN, measured: true },
      ],
    },
    {
      name: "SchedulingGatedPodsWithPodAffinityImpactForThroughput/1Node_10000GatedPods",
      floor: 110,
      steps: [
        { do: "nodes", count: 1, name: "scheduler-perf-node", pods: 100_000, cpu: "4000" },
        { do: "pods", count: n(10_000), template: GATED_WITH_AFFINITY, unattended: true },
        { do: "pods", count: n(20_000), template: WITH_LABEL, measured: true },
      ],
    },
  ];
}

function namespaceSelectors(n: Scale): readonly Workload[] {
  const labels = { team: "devops" };
  const steps = (
    options: Parameters<typeof withAffinity>[0],
    { each, measured, of = 5_000 }: { readonly each: number; readonly measured: number; readonly of?: number },
  ): readonly Step[] => {
    const template = withAffinity({ ...options, bySelector: true });
    const namespaces = Math.min(100, n(100));
    return [
      nodes(n(of), options.topology === "zone" ? ZONE_1 : undefined),
      { do: "namespaces", prefix: "init-ns", count: namespaces, labels },
      { do: "namespaces", prefix: "measure-ns", count: 1, labels },
      { do: "pods", count: Math.max(1, n(each)), template, namespace: "init-ns", namespaces },
      { do: "pods", count: n(measured), template, namespace: "measure-ns-0", measured: true },
    ];
  };
  return [
    {
      name: "SchedulingRequiredPodAntiAffinityWithNSSelector/5000Nodes_2000Pods",
      floor: 24,
      steps: steps(
        { kind: "podAntiAffinity", color: "green", topology: "host" },
        { each: 40, measured: 2_000, of: 6_000 },
      ),
    },
    {
      name: "SchedulingPreferredAntiAffinityWithNSSelector/5000Nodes_2000Pods",
      floor: 55,
      steps: steps(
        { kind: "podAntiAffinity", color: "yellow", topology: "host", preferred: true },
        { each: 40, measured: 2_000 },
      ),
    },
    {
      name: "SchedulingRequiredPodAffinityWithNSSelector/5000Nodes_2000Pods",
      floor: 35,
      steps: steps({ kind: "podAffinity", color: "blue", topology: "zone" }, { each: 50, measured: 2_000 }),
    },
    {
      name: "SchedulingPreferredAffinityWithNSSelector/5000Nodes_5000Pods",
      floor: 90,
      steps: steps(
        { kind: "podAffinity", color: "red", topology: "host", preferred: true },
        { each: 50, measured: 5_000 },
      ),
    },
  ];
}

function spreading(n: Scale): readonly Workload[] {
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "service" },
    spec: { selector: { app: "scheduler-perf" }, ports: [{ port: 8080 }] },
  };
  const init: readonly Step[] = [nodes(n(5_000), MOONS), { do: "pods", count: n(5_000), template: PLAIN }];
  return [
    {
      name: "TopologySpreading/5000Nodes_5000Pods",
      floor: 460,
      steps: [...init, { do: "pods", count: n(5_000), template: spreadOverZones("DoNotSchedule"), measured: true }],
    },
    {
      name: "PreferredTopologySpreading/5000Nodes_5000Pods",
      floor: 125,
      steps: [...init, { do: "pods", count: n(5_000), template: spreadOverZones("ScheduleAnyway"), measured: true }],
    },
    {
      name: "DefaultTopologySpreading/5000Nodes_10000Pods",
      steps: [
        nodes(n(5_000), MOONS),
        { do: "namespaces", prefix: "service-ns", count: 1 },
        { do: "object", path: "/api/v1/namespaces/service-ns-0/services", object: service },
        { do: "pods", count: n(5_000), template: PLAIN },
        { do: "pods", count: n(10_000), template: WITH_LABEL, namespace: "service-ns-0", measured: true },
      ],
    },
    {
      name: "SchedulingWithNodeInclusionPolicy/5000Nodes",
      floor: 68,
      steps: [
        nodes(n(4_000)),
        { do: "nodes", count: n(1_000), name: "tainted", taints: [{ key: "foo", effect: "NoSchedule" }] },
        { do: "pods", count: n(4_000), template: SPREAD_OVER_HOSTS, measured: true },
      ],
    },
  ];
}

function volumes(n: Scale): readonly Workload[] {
  const withVolumes = (volume: "csi" | "aws", init: number, measured: number): readonly Step[] => [
    { do: "pods", count: init, template: PLAIN, volume },
    { do: "pods", count: measured, template: PLAIN, volume, measured: true },
  ];
  const csiNodes: Step = { do: "nodes", count: n(5_000), volumes: 39 };
  return [
    {
      name: "SchedulingSecrets/5000Nodes_10000Pods",
      floor: 260,
      steps: [
        nodes(n(5_000)),
        { do: "pods", count: n(1_000), template: WITH_SECRET },
        { do: "pods", count: n(10_000), template: WITH_SECRET, measured: true },
      ],
    },
    {
      name: "SchedulingInTreePVs/5000Nodes_2000Pods",
      floor: 90,
      steps: [nodes(n(5_000)), ...withVolumes("aws", n(1_000), n(2_000))],
    },
    {
      name: "SchedulingMigratedInTreePVs/5000Nodes_5000Pods",
      floor: 35,
      steps: [csiNodes, ...withVolumes("aws", n(5_000), n(5_000))],
    },
    {
      name: "SchedulingCSIPVs/5000Nodes_5000Pods",
      floor: 100,
      steps: [csiNodes, ...withVolumes("csi", n(5_000), n(5_000))],
    },
    {
      name: "PreemptionPVs/1000Nodes",
      steps: [
        nodes(n(1_000)),
        { do: "pods", count: n(4_000), template: LOW_PRIORITY },
        { do: "pods", count: n(1_000), template: HIGH_PRIORITY, volume: "aws", measured: true },
      ],
    },
  ];
}
