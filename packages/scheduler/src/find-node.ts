import {
  type Cycle,
  isRejection,
  type NodeInfo,
  type PreFilterOutcome,
  type Profile,
  type ScoredNode,
  ScoreTable,
  type Status,
  unresolvable,
} from "@pinnace/scheduler-framework";
import type { Diagnosis } from "./fit-error.ts";
import { type NodeSearchOptions, type Search, searchNodes } from "./node-search.ts";

export interface FindNodeOptions extends NodeSearchOptions {
  readonly random: () => number;
}

/** How an attempt to find a node ended. */
export type FindNodeResult =
  | {
      readonly type: "found";
      readonly nodeName: string;
      readonly evaluated: number;
      readonly feasible: number;
      readonly nextIndex: number;
      /** Empty when only one node fits. */
      readonly scored: readonly ScoredNode[];
      /** Of nodes that were looked at and do not fit. */
      readonly rejections: ReadonlyMap<string, Status>;
    }
  | {
      readonly type: "unschedulable";
      readonly diagnosis: Diagnosis;
      readonly preFilter: PreFilterOutcome;
      readonly nextIndex: number;
    }
  | { readonly type: "error"; readonly status: Status; readonly nextIndex: number };

/** Filters and scores the nodes of the snapshot for one pod. Runs to its end without yielding. */
export function findNode(cycle: Cycle, options: FindNodeOptions): FindNodeResult {
  const { profile, startIndex } = options;
  const { nodes } = cycle.snapshot;
  const preFilter = profile.runPreFilter(cycle);
  if (preFilter.status.code !== "Success") {
    if (!isRejection(preFilter.status)) return { type: "error", status: preFilter.status, nextIndex: startIndex };
    return { type: "unschedulable", diagnosis: rejectedAtOnce(nodes, preFilter), preFilter, nextIndex: startIndex };
  }
  const search = searchNodes(cycle, options, preFilter);
  if (search.error !== undefined) return { type: "error", status: search.error, nextIndex: search.nextIndex };
  if (search.feasible.length === 0) {
    const diagnosis = diagnose(cycle, preFilter, search.rejections);
    return { type: "unschedulable", diagnosis, preFilter, nextIndex: search.nextIndex };
  }
  return select(cycle, options, search);
}

/** All nodes have the verdict of the PreFilter that rejected the pod. */
export function rejectedAtOnce(nodes: readonly NodeInfo[], { status }: PreFilterOutcome): Diagnosis {
  return {
    nodeCount: nodes.length,
    rejections: new Map(nodes.map((node) => [node.name, status])),
    absent: undefined,
    preFilterMessage: status.reasons.join(", "),
    postFilterMessage: "",
    plugins: new Set(status.plugin === undefined ? [] : [status.plugin]),
  };
}

/** Why no node is left, and who says so. */
export function diagnose(
  cycle: Cycle,
  preFilter: PreFilterOutcome,
  rejections: ReadonlyMap<string, Status>,
): Diagnosis {
  const { nodeNames, narrowedBy } = preFilter;
  const plugins = new Set<string>();
  for (const { plugin } of rejections.values()) if (plugin !== undefined) plugins.add(plugin);
  for (const plugin of narrowedBy) plugins.add(plugin);
  const absent =
    nodeNames === undefined
      ? undefined
      : unresolvable(`node(s) didn't satisfy plugin(s) [${[...narrowedBy].sort().join(" ")}]`);
  return {
    nodeCount: cycle.snapshot.nodes.length,
    rejections,
    absent,
    preFilterMessage: "",
    postFilterMessage: "",
    plugins,
  };
}

function select(cycle: Cycle, options: FindNodeOptions, search: Search): FindNodeResult {
  const { feasible, nextIndex } = search;
  if (feasible.length === 1) return new Found(feasible[0]!.name, search, undefined);
  const scores = scoreNodes(cycle, options.profile, feasible, search);
  if (!(scores instanceof ScoreTable)) return { type: "error", status: scores, nextIndex };
  return new Found(scores.best(options.random).name, search, scores);
}

/** Who asks for the rows of scores gets them; most attempts end without. */
class Found {
  readonly type = "found";
  readonly nodeName: string;
  readonly evaluated: number;
  readonly feasible: number;
  readonly nextIndex: number;
  readonly rejections: ReadonlyMap<string, Status>;
  readonly #scores: ScoreTable | undefined;

  constructor(nodeName: string, { feasible, rejections, nextIndex }: Search, scores: ScoreTable | undefined) {
    this.nodeName = nodeName;
    this.evaluated = feasible.length + rejections.size;
    this.feasible = feasible.length;
    this.nextIndex = nextIndex;
    this.rejections = rejections;
    this.#scores = scores;
  }

  get scored(): readonly ScoredNode[] {
    return this.#scores?.rows ?? [];
  }
}

/** The scores of nodes that fit, or what went wrong. With the search that found them, known scores are not asked for. */
export function scoreNodes(
  cycle: Cycle,
  profile: Profile,
  feasible: readonly NodeInfo[],
  search?: Search,
): ScoreTable | Status {
  const preScore = profile.runPreScore(cycle, feasible);
  if (preScore.status.code !== "Success") return preScore.status;
  try {
    if (search === undefined) return profile.runScores(cycle, feasible, preScore.skipped);
    const { rows, verdicts } = search;
    return profile.runScores(cycle, feasible, preScore.skipped, (plugin) => verdicts.scores(plugin, feasible, rows));
  } catch (cause) {
    return { code: "Error", reasons: [String(cause)], cause };
  }
}
