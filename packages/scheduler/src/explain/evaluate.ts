import type { Pod } from "@pinnace/api";
import { messageOf } from "@pinnace/errors";
import {
  type Cycle,
  createCycleState,
  createPodInfo,
  type NodeInfo,
  type PreFilterOutcome,
  type Profile,
  type Snapshot,
  type Status,
} from "@pinnace/scheduler-framework";
import { scoreNodes } from "../find-node.ts";
import { describeScores, verdictOf } from "./describe-attempt.ts";
import type { ExplainedEvaluation, ExplainedNode, ExplainedVerdict } from "./explanation.ts";

/** An attempt that comes to nothing: for questions. */
export function questionCycle(pod: Pod, snapshot: Snapshot, signal: AbortSignal): Cycle {
  return { state: createCycleState(), pod: createPodInfo(pod), snapshot, signal };
}

/** Asks all filters about all nodes, and all scores about those that fit. Nothing is reserved, nobody is preempted. */
export function evaluatePod(cycle: Cycle, profile: Profile, time: string): ExplainedEvaluation {
  const { nodes } = cycle.snapshot;
  const base = { time, totalNodes: nodes.length };
  const preFilter = profile.runPreFilter(cycle);
  if (preFilter.status.code !== "Success") {
    return { ...base, feasibleNodes: 0, preFilter: verdictOf(preFilter.status), nodes: [] };
  }
  const rejected: ExplainedNode[] = [];
  const feasible: NodeInfo[] = [];
  for (const node of nodes) {
    const rejectedBy = rejections(cycle, profile, node, preFilter);
    if (rejectedBy.length === 0) feasible.push(node);
    else rejected.push({ name: node.name, fits: false, rejectedBy });
  }
  rejected.sort((a, b) => (a.name < b.name ? -1 : 1));
  const fitting = feasible.length === 0 ? [] : scoresOf(cycle, profile, feasible);
  return { ...base, feasibleNodes: feasible.length, nodes: [...fitting, ...rejected] };
}

function rejections(
  cycle: Cycle,
  profile: Profile,
  node: NodeInfo,
  { skipped, nodeNames, narrowedBy }: PreFilterOutcome,
): readonly ExplainedVerdict[] {
  if (nodeNames !== undefined && !nodeNames.has(node.name)) {
    const reasons = [`node(s) didn't satisfy plugin(s) [${[...narrowedBy].sort().join(" ")}]`];
    return narrowedBy.map((plugin) => ({ plugin, code: "UnschedulableAndUnresolvable", reasons }));
  }
  return profile.points.filter.flatMap(({ name, plugin }) => {
    if (skipped.has(name)) return [];
    const status = asked(() => plugin.filter!(cycle, node));
    return status.code === "Success" ? [] : [verdictOf({ ...status, plugin: name })];
  });
}

function asked(run: () => Status): Status {
  try {
    return run();
  } catch (cause) {
    return { code: "Error", reasons: [messageOf(cause)], cause };
  }
}

function scoresOf(cycle: Cycle, profile: Profile, feasible: readonly NodeInfo[]): readonly ExplainedNode[] {
  const scored = scoreNodes(cycle, profile, feasible);
  return "code" in scored ? feasible.map(({ name }) => ({ name, fits: true })) : describeScores(scored.rows);
}
