import { formatTime } from "@pinnace/apimachinery";
import type { ScoredNode, Status } from "@pinnace/scheduler-framework";
import type { AttemptRecord } from "./attempt-record.ts";
import type { ExplainedAttempt, ExplainedNode, ExplainedVerdict } from "./explanation.ts";

/** What is remembered of an attempt, for people and programs. */
export function describeAttempt(record: AttemptRecord, withNodes: boolean): ExplainedAttempt {
  const { search, nominatedNode } = record;
  const nodes = withNodes ? nodesOf(record) : undefined;
  const rejected = search.type === "found" ? search.rejections.size : 0;
  const rejections = search.type === "unschedulable" ? search.diagnosis.rejections.size : rejected;
  const feasible = search.type === "found" ? search.feasible : 0;
  const preFilter = preFilterOf(record);
  return {
    attempt: record.attempt,
    time: formatTime(record.started),
    schedulerName: record.schedulerName,
    outcome: record.outcome,
    ...(search.type === "found" ? { nodeName: search.nodeName } : {}),
    ...(nominatedNode === undefined || nominatedNode === "" ? {} : { nominatedNodeName: nominatedNode }),
    message: record.message,
    totalNodes: record.totalNodes,
    evaluatedNodes: preFilter === undefined ? feasible + rejections : 0,
    feasibleNodes: feasible,
    ...(preFilter === undefined ? {} : { preFilter }),
    ...(nodes === undefined ? {} : { nodes }),
  };
}

export function verdictOf({ plugin = "", code, reasons }: Status): ExplainedVerdict {
  return { plugin, code, reasons };
}

/** The best first; nodes of the same total by name. */
export function describeScores(scored: readonly ScoredNode[]): readonly ExplainedNode[] {
  return [...scored]
    .sort((a, b) => b.total - a.total || (a.node.name < b.node.name ? -1 : 1))
    .map(({ node, total, scores }) => ({
      name: node.name,
      fits: true,
      total,
      scores: Object.fromEntries(scores),
    }));
}

function preFilterOf({ search }: AttemptRecord): ExplainedVerdict | undefined {
  if (search.type !== "unschedulable" || search.diagnosis.preFilterMessage === "") return undefined;
  return verdictOf(search.preFilter.status);
}

function nodesOf({ search }: AttemptRecord): readonly ExplainedNode[] {
  if (search.type === "error") return [];
  if (search.type === "unschedulable") {
    return search.diagnosis.preFilterMessage === "" ? rejectedNodes(search.diagnosis.rejections) : [];
  }
  const only = search.scored.length === 0 ? [{ name: search.nodeName, fits: true }] : describeScores(search.scored);
  return [...only, ...rejectedNodes(search.rejections)];
}

function rejectedNodes(rejections: ReadonlyMap<string, Status>): readonly ExplainedNode[] {
  return [...rejections]
    .map(([name, status]) => ({ name, fits: false, rejectedBy: [verdictOf(status)] }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
