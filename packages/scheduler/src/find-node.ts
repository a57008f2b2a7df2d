import {
  type Cycle,
  isRejection,
  type NodeInfo,
  type PreFilterOutcome,
  type Profile,
  type ScoredNode,
  type Status,
  unresolvable,
} from "@pinnace/scheduler-framework";
import type { Diagnosis } from "./fit-error.ts";
import { enoughNodes } from "./node-sampling.ts";
import type { Nominations } from "./nominations.ts";
import { filterWithRivals } from "./what-if.ts";

export interface FindNodeOptions {
  readonly profile: Profile;
  readonly nominations: Nominations;
  readonly percentage: number;
  /** Where the search begins; nodes are tried round robin over attempts. */
  readonly startIndex: number;
  readonly random: () => number;
  /** Looks at all nodes, also where the nominated one fits. */
  readonly ignoreNomination?: boolean;
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

/** What the filters left. */
export interface Search {
  readonly feasible: readonly NodeInfo[];
  readonly rejections: ReadonlyMap<string, Status>;
  readonly error: Status | undefined;
  readonly nextIndex: number;
  /** Only the nominated node was looked at. */
  readonly isNominated: boolean;
}

/** Runs the filters: on the nominated node, else on nodes until enough fit. */
export function searchNodes(cycle: Cycle, options: FindNodeOptions, preFilter: PreFilterOutcome): Search {
  const { nodes } = cycle.snapshot;
  const { nodeNames, skipped } = preFilter;
  const candidates = nodeNames === undefined ? nodes : nodes.filter((node) => nodeNames.has(node.name));
  const feasible: NodeInfo[] = [];
  const rejections = new Map<string, Status>();
  const nominated =
    options.ignoreNomination === true ? undefined : options.nominations.nodeOf(cycle.pod.pod.metadata?.uid ?? "");
  const favourite = nominated === undefined ? undefined : candidates.find((node) => node.name === nominated);
  if (favourite !== undefined) {
    const status = filterWithRivals(cycle, favourite, options.profile, skipped, options.nominations);
    if (status.code === "Success")
      return { feasible: [favourite], rejections, error: undefined, nextIndex: options.startIndex, isNominated: true };
  }
  const enough = enoughNodes(candidates.length, options.percentage);
  const start = candidates.length === 0 ? 0 : options.startIndex % candidates.length;
  let looked = 0;
  while (looked < candidates.length && feasible.length < enough) {
    const node = candidates[(start + looked) % candidates.length]!;
    looked += 1;
    const status = filterWithRivals(cycle, node, options.profile, skipped, options.nominations);
    if (status.code === "Success") feasible.push(node);
    else if (isRejection(status)) rejections.set(node.name, status);
    else return { feasible, rejections, error: status, nextIndex: start + looked, isNominated: false };
  }
  return { feasible, rejections, error: undefined, nextIndex: start + looked, isNominated: false };
}

/** Why no node is left, and who says so. */
export function diagnose(
  cycle: Cycle,
  preFilter: PreFilterOutcome,
  rejections: ReadonlyMap<string, Status>,
): Diagnosis {
  const plugins = new Set([...rejections.values()].flatMap((status) => status.plugin ?? []));
  const { nodeNames, narrowedBy } = preFilter;
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
  const evaluated = feasible.length + search.rejections.size;
  const base = { type: "found", evaluated, feasible: feasible.length, nextIndex } as const;
  if (feasible.length === 1) return { ...base, nodeName: feasible[0]!.name, scored: [], rejections: search.rejections };
  const scored = scoreNodes(cycle, options.profile, feasible);
  if ("code" in scored) return { type: "error", status: scored, nextIndex };
  return {
    ...base,
    nodeName: pickBest(scored, options.random).node.name,
    scored,
    rejections: search.rejections,
  };
}

/** The scores of nodes that fit, or what went wrong. */
export function scoreNodes(
  cycle: Cycle,
  profile: Profile,
  feasible: readonly NodeInfo[],
): readonly ScoredNode[] | Status {
  const preScore = profile.runPreScore(cycle, feasible);
  if (preScore.status.code !== "Success") return preScore.status;
  try {
    return profile.runScores(cycle, feasible, preScore.skipped);
  } catch (cause) {
    return { code: "Error", reasons: [String(cause)], cause };
  }
}

/** The highest total; among equals each is as likely. */
export function pickBest(scored: readonly ScoredNode[], random: () => number): ScoredNode {
  let winner = scored[0]!;
  let equals = 1;
  for (let index = 1; index < scored.length; index += 1) {
    const candidate = scored[index]!;
    if (candidate.total > winner.total) [winner, equals] = [candidate, 1];
    else if (candidate.total === winner.total) {
      equals += 1;
      if (random() * equals < 1) winner = candidate;
    }
  }
  return winner;
}
