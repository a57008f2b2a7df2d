import type { NodeInfo } from "../contract/node-info.ts";
import type { Cycle, SchedulerPlugin } from "../contract/points.ts";
import { type ComplianceCase, check, PODS, someNodes } from "./cases.ts";
import { testCycle, testNode, testNodeInfo, testPod } from "./fixtures.ts";

interface Signed {
  readonly signature: string;
  /** Verdicts and raw scores of the nodes that both clusters have, in their order. */
  readonly said: string;
}

/** What a plugin says about `nodes` in a cluster where there are `others`, too; undefined where it signs nothing. */
function signed(plugin: SchedulerPlugin, cycle: Cycle, nodes: readonly NodeInfo[]): Signed | undefined {
  const preFilter = plugin.preFilter?.(cycle).status.code ?? "Success";
  if (preFilter !== "Success" && preFilter !== "Skip") return undefined;
  const fragments = plugin.signPod?.(cycle);
  if (fragments === undefined) return undefined;
  const filters = preFilter === "Success" && plugin.filter ? nodes.map((node) => plugin.filter!(cycle, node)) : [];
  const preScore = plugin.preScore?.(cycle, nodes).code ?? "Success";
  const scores = preScore === "Success" && plugin.score ? nodes.map((node) => plugin.score!(cycle, node)) : [];
  return { signature: JSON.stringify([fragments, preFilter, preScore]), said: JSON.stringify([filters, scores]) };
}

/** More nodes, with pods of all kinds on them. */
function strangers(): readonly NodeInfo[] {
  const labels = { "topology.kubernetes.io/zone": "z1", disk: "ssd" };
  const pods = PODS.map((pod, index) =>
    testPod(`stranger-${index}`, { ...pod.spec, nodeName: "stranger" }, { labels: { app: "a" } }),
  );
  return [testNodeInfo(testNode("stranger", { labels }), ...pods)];
}

/** What the runtime relies on when it keeps verdicts. */
export const SIGNATURE_CASES: readonly ComplianceCase[] = [
  {
    name: "pods with the same signature get the same verdicts, whatever else is in the cluster",
    run: (make) => {
      const known = new Map<string, string>();
      const nodes = someNodes();
      for (const pod of PODS) {
        for (const others of [[], strangers()]) {
          const result = signed(make(), testCycle(pod, [...nodes, ...others]), nodes);
          if (result === undefined) continue;
          const before = known.get(result.signature) ?? result.said;
          check(before === result.said, `${pod.metadata?.name}: ${result.said} differs from ${before}`);
          known.set(result.signature, before);
        }
      }
    },
  },
  {
    name: "NormalizeScore of a plugin that signs gives equal numbers the same score",
    run: (make) => {
      const [plugin, nodes] = [make(), someNodes()];
      if (plugin.signPod === undefined || plugin.normalizeScore === undefined) return;
      for (const raw of [0, 7, 1_000]) {
        const scores = plugin.normalizeScore(
          testCycle(PODS[0]!, nodes),
          nodes.map(() => raw),
          nodes,
        );
        check(new Set(scores).size === 1, `${raw} for all nodes became ${scores}`);
      }
    },
  },
];
