import type { Pod } from "@pinnace/api";
import type { NodeInfo } from "../contract/node-info.ts";
import { MAX_SCORE, MIN_SCORE, type SchedulerPlugin } from "../contract/points.ts";
import type { StatusCode } from "../contract/status.ts";
import { attempt, type Verdicts } from "./attempt.ts";
import { testCycle, testNode, testNodeInfo, testPod } from "./fixtures.ts";

/** One behaviour that every scheduler plugin must show. `run` throws when it does not. */
export interface ComplianceCase {
  readonly name: string;
  run(make: () => SchedulerPlugin): void | Promise<void>;
}

const TAINT = { key: "k", value: "v", effect: "NoSchedule" };

/** Nodes that differ in everything that the default plugins look at. */
export function someNodes(): readonly NodeInfo[] {
  const neighbour = testPod("neighbour", { nodeName: "busy" }, { labels: { app: "a" } });
  return [
    testNodeInfo(testNode("plain", { labels: { "topology.kubernetes.io/zone": "z1" } })),
    testNodeInfo(testNode("tainted", { spec: { taints: [TAINT] } })),
    testNodeInfo(testNode("cordoned", { spec: { unschedulable: true } })),
    testNodeInfo(testNode("full", { status: { allocatable: { cpu: "0", memory: "0", pods: "0" } } })),
    testNodeInfo(testNode("busy", { labels: { "topology.kubernetes.io/zone": "z2" } }), neighbour),
    testNodeInfo(testNode("bare", { status: {} })),
  ];
}

const affinity = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: "disk", operator: "In", values: ["ssd"] }] }],
    },
    preferredDuringSchedulingIgnoredDuringExecution: [
      { weight: 5, preference: { matchExpressions: [{ key: "zone", operator: "Exists" }] } },
    ],
  },
};

const labelSelector = { matchLabels: { app: "a" } };
const topologyKey = "topology.kubernetes.io/zone";

const spread = [
  { maxSkew: 1, topologyKey, whenUnsatisfiable: "DoNotSchedule", labelSelector },
  { maxSkew: 1, topologyKey, whenUnsatisfiable: "ScheduleAnyway", labelSelector },
];

const podAffinity = {
  podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector }] },
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      { weight: 7, podAffinityTerm: { topologyKey: "kubernetes.io/hostname", labelSelector } },
    ],
  },
};

/** Pods that ask for everything that the default plugins look at. */
export const PODS: readonly Pod[] = [
  testPod("plain"),
  testPod("empty", { containers: [{ name: "main", image: "image:1" }] }),
  testPod("tolerant", { tolerations: [{ operator: "Exists" }], nodeSelector: { "kubernetes.io/hostname": "plain" } }),
  testPod("picky", { affinity }),
  testPod("large", {
    containers: [{ name: "main", image: "image:1", resources: { requests: { cpu: "64", "example.com/gpu": "1" } } }],
  }),
  testPod("port", { containers: [{ name: "main", image: "image:1", ports: [{ containerPort: 80, hostPort: 80 }] }] }),
  testPod("named", { nodeName: "plain" }),
  testPod("spread", { topologySpreadConstraints: spread }, { labels: { app: "a" } }),
  testPod("sociable", { affinity: podAffinity }, { labels: { app: "a" } }),
  testPod("storing", { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "none" } }] }),
  testPod("claiming", { resourceClaims: [{ name: "device", resourceClaimName: "none" }] }),
];

const FILTER_CODES: readonly StatusCode[] = ["Success", "Unschedulable", "UnschedulableAndUnresolvable"];

/** The members that make a plugin take part in an extension point. */
const POINTS: readonly (keyof SchedulerPlugin)[] = [
  ...(["preEnqueue", "compare", "preFilter", "filter", "postFilter", "preScore", "score"] as const),
  ...(["reserve", "permit", "preBind", "bind", "postBind"] as const),
];

export function check(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}

function forEveryPod(make: () => SchedulerPlugin, look: (verdicts: Verdicts, pod: string) => void): void {
  for (const pod of PODS) look(attempt(make(), pod, someNodes()), pod.metadata?.name ?? "");
}

export const EARLY_CASES: readonly ComplianceCase[] = [
  {
    name: "offers at least one extension point",
    run: (make) => {
      const plugin = make();
      check(
        POINTS.some((point) => plugin[point] !== undefined),
        "it offers none",
      );
    },
  },
  {
    name: "never throws for a pod that does not fit, and leaves frozen inputs alone",
    run: (make) => forEveryPod(make, () => undefined),
  },
  {
    name: "PreFilter answers Success, Skip or a rejection",
    run: (make) =>
      forEveryPod(make, ({ preFilter }, pod) => {
        const legal = preFilter === undefined || [...FILTER_CODES, "Skip"].includes(preFilter.code);
        check(legal, `PreFilter of ${pod}: ${preFilter?.code}`);
      }),
  },
  {
    name: "Filter answers Success or a rejection with a reason",
    run: (make) =>
      forEveryPod(make, ({ filters }, pod) => {
        for (const { code, reasons } of filters) {
          check(FILTER_CODES.includes(code), `Filter of ${pod}: ${code}`);
          check(code === "Success" || reasons.length > 0, `Filter of ${pod}: ${code} without a reason`);
        }
      }),
  },
  {
    name: "scores are integers from 0 to 100, one per node",
    run: (make) =>
      forEveryPod(make, ({ scores }, pod) => {
        for (const score of scores ?? []) {
          check(Number.isInteger(score) && score >= MIN_SCORE && score <= MAX_SCORE, `score of ${pod}: ${score}`);
        }
        check(scores === undefined || scores.length === someNodes().length, `scores of ${pod}: ${scores?.length}`);
      }),
  },
  {
    name: "the same input gives the same verdicts, also from another instance",
    run: (make) => {
      const once = JSON.stringify(PODS.map((pod) => attempt(make(), pod, someNodes())));
      const instance = make();
      const twice = JSON.stringify(PODS.map((pod) => attempt(instance, pod, someNodes())));
      check(once === twice, `${once} differs from ${twice}`);
    },
  },
  {
    name: "a whole-table variant equals the per-node one",
    run: (make) => {
      for (const pod of PODS) {
        const [plugin, nodes] = [make(), someNodes()];
        const cycle = testCycle(pod, nodes);
        const ready = [plugin.preFilter?.(cycle).status, plugin.preScore?.(cycle, nodes)];
        if (ready.some((status) => status !== undefined && status.code !== "Success")) continue;
        const filters = plugin.filterTable?.(cycle, nodes);
        if (filters)
          check(
            JSON.stringify(filters) === JSON.stringify(nodes.map((node) => plugin.filter!(cycle, node))),
            "filterTable differs",
          );
        const row = plugin.filterRows?.(cycle);
        if (row)
          check(
            JSON.stringify(nodes.map((_node, index) => row(index))) ===
              JSON.stringify(nodes.map((node) => plugin.filter!(cycle, node))),
            "filterRows differs",
          );
        for (const rows of [undefined, nodes.map((_node, index) => index)]) {
          const scores = plugin.scoreTable?.(cycle, nodes, rows);
          if (scores)
            check(
              JSON.stringify(scores) === JSON.stringify(nodes.map((node) => plugin.score!(cycle, node))),
              "scoreTable differs",
            );
        }
      }
    },
  },
  {
    name: "works on a cluster without nodes",
    run: (make) => {
      for (const pod of PODS) attempt(make(), pod, []);
    },
  },
  {
    name: "names its events, when it names any, with known shapes",
    run: (make) => {
      for (const { event } of make().eventsToRegister?.() ?? []) {
        check(
          event.resource !== "" && (event.actions === "*" || event.actions.length > 0),
          "an event without resource or action",
        );
      }
    },
  },
];
