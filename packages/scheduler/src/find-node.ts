import {
  type Cycle,
  isRejection,
  type NodeInfo,
  type PreFilterOutcome,
  type Profile,
  type ScoredNode,
  type ScoreTable,
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
      /** Empty when only one node fits, and when they were not kept. */
      readonly scored: readonly ScoredNode[];
      /**
       * Works out the rows of scores, or gives them up. To be called before anything changes: plugins score what they see
       * at the moment.
       */
      keepScores?(isWanted: boolean): void;
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
  const { feasible, rows, nextIndex } = search;
  if (feasible.length === 1) return new Found(feasible[0]!.name, search, undefined);
  const { profile, random } = options;
  const { status, skipped } = profile.runPreScore(cycle, feasible, rows);
  if (status.code !== "Success") return { type: "error", status, nextIndex };
  try {
    const best = search.verdicts.best(feasible, rows, skipped, random);
    return new Found(best.name, search, () => profile.runScores(cycle, feasible, skipped).rows);
  } catch (cause) {
    return { type: "error", status: scoringFailed(cause), nextIndex };
  }
}

const scoringFailed = (cause: unknown): Status => ({ code: "Error", reasons: [String(cause)], cause });

/** The rows of scores cost more than the choice, so they are worked out for those who want them. */
class Found {
  readonly type = "found";
  readonly nodeName: string;
  readonly evaluated: number;
  readonly feasible: number;
  readonly nextIndex: number;
  readonly rejections: ReadonlyMap<string, Status>;
  #score: (() => readonly ScoredNode[]) | undefined;
  #scored: readonly ScoredNode[] = [];

  constructor(
    nodeName: string,
    { feasible, rejections, nextIndex }: Search,
    score: (() => readonly ScoredNode[]) | undefined,
  ) {
    this.nodeName = nodeName;
    this.evaluated = feasible.length + rejections.size;
    this.feasible = feasible.length;
    this.nextIndex = nextIndex;
    this.rejections = rejections;
    this.#score = score;
  }

  get scored(): readonly ScoredNode[] {
    return this.#scored;
  }

  keepScores(isWanted: boolean): void {
    if (isWanted) this.#scored = this.#score?.() ?? [];
    this.#score = undefined;
  }
}

/** The scores of nodes that fit, or what went wrong. */
export function scoreNodes(cycle: Cycle, profile: Profile, feasible: readonly NodeInfo[]): ScoreTable | Status {
  const preScore = profile.runPreScore(cycle, feasible);
  if (preScore.status.code !== "Success") return preScore.status;
  try {
    return profile.runScores(cycle, feasible, preScore.skipped);
  } catch (cause) {
    return scoringFailed(cause);
  }
}
