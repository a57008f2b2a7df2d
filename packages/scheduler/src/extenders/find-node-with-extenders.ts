import { messageOf } from "@pinnace/errors";
import type { Logger } from "@pinnace/logging";
import {
  type Cycle,
  isRejection,
  type NodeInfo,
  pickHighest,
  type ScoredNode,
  ScoreTable,
  type Status,
  unresolvable,
  unschedulable,
} from "@pinnace/scheduler-framework";
import { diagnose, type FindNodeOptions, type FindNodeResult, rejectedAtOnce, scoreNodes } from "../find-node.ts";
import { type Search, searchNodes } from "../node-search.ts";
import type { Extender } from "./extender.ts";

/** What an unschedulable pod waits for when an extender rejected nodes: any event. */
export const EXTENDER_PLUGIN = "Extender";

interface Options extends FindNodeOptions {
  readonly extenders: readonly Extender[];
  readonly logger: Logger;
}

/** As `findNode`, with extenders asked after the filters and after the scores. The next pod has to wait meanwhile. */
export async function findNodeWithExtenders(cycle: Cycle, options: Options): Promise<FindNodeResult> {
  const { profile, startIndex } = options;
  const preFilter = profile.runPreFilter(cycle);
  if (preFilter.status.code !== "Success") {
    if (!isRejection(preFilter.status)) return { type: "error", status: preFilter.status, nextIndex: startIndex };
    const diagnosis = rejectedAtOnce(cycle.snapshot.nodes, preFilter);
    return { type: "unschedulable", diagnosis, preFilter, nextIndex: startIndex };
  }
  let search = searchNodes(cycle, options, preFilter);
  let left = await passExtenders(cycle, search, options);
  if (search.isNominated && left.feasible.length === 0 && left.error === undefined) {
    search = searchNodes(cycle, { ...options, ignoreNomination: true }, preFilter);
    left = await passExtenders(cycle, search, options);
  }
  const { nextIndex } = search;
  if (left.error !== undefined) return { type: "error", status: left.error, nextIndex };
  if (left.feasible.length > 0) return select(cycle, options, left);
  const diagnosis = diagnose(cycle, preFilter, left.rejections);
  const plugins = left.feasible.length === search.feasible.length ? [] : [EXTENDER_PLUGIN];
  return {
    type: "unschedulable",
    diagnosis: { ...diagnosis, plugins: new Set([...diagnosis.plugins, ...plugins]) },
    preFilter,
    nextIndex,
  };
}

/** Asks the extenders one after the other: each sees what the ones before it left. */
async function passExtenders(cycle: Cycle, search: Search, { extenders, logger }: Options): Promise<Search> {
  const { pod } = cycle.pod;
  let nodes = search.feasible;
  const rejections = new Map(search.rejections);
  for (const extender of extenders) {
    if (nodes.length === 0 || search.error !== undefined) break;
    if (!extender.filters || !extender.isInterested(pod)) continue;
    try {
      const verdict = await extender.filter(pod, nodes);
      for (const [name, reason] of verdict.failed) rejections.set(name, unschedulable(reason));
      for (const [name, reason] of verdict.unresolvable) rejections.set(name, unresolvable(reason));
      nodes = verdict.nodes;
    } catch (cause) {
      const error: Status = { code: "Error", reasons: [messageOf(cause)], cause };
      if (!extender.ignorable) return { ...search, feasible: [], error };
      logger.info("an extender that may be ignored failed", { extender: extender.name, error: messageOf(cause) });
    }
  }
  return { ...search, feasible: nodes, rejections };
}

async function select(cycle: Cycle, options: Options, search: Search): Promise<FindNodeResult> {
  const { feasible, nextIndex } = search;
  const evaluated = feasible.length + search.rejections.size;
  const { rejections } = search;
  const base = { type: "found", evaluated, feasible: feasible.length, nextIndex, rejections } as const;
  if (feasible.length === 1) return { ...base, nodeName: feasible[0]!.name, scored: [] };
  const scored = scoreNodes(cycle, options.profile, feasible);
  if (!(scored instanceof ScoreTable)) return { type: "error", status: scored, nextIndex };
  const rows = await prioritized(cycle, options, feasible, scored.rows);
  const best = pickHighest(
    rows.map(({ total }) => total),
    options.random,
  );
  return { ...base, nodeName: rows[best]!.node.name, scored: rows };
}

/** A prioritizer that fails gives no scores, and others decide. */
async function prioritized(
  cycle: Cycle,
  { extenders, logger }: Options,
  nodes: readonly NodeInfo[],
  scored: readonly ScoredNode[],
): Promise<readonly ScoredNode[]> {
  const { pod } = cycle.pod;
  const asked = extenders.filter((extender) => extender.prioritizes && extender.isInterested(pod));
  const answers = await Promise.all(
    asked.map(async (extender) => {
      try {
        return { name: extender.name, scores: await extender.prioritize(pod, nodes) };
      } catch (error) {
        logger.info("an extender gave no scores", { extender: extender.name, error: messageOf(error) });
        return { name: extender.name, scores: new Map<string, number>() };
      }
    }),
  );
  return scored.map(({ node, total, scores }) => {
    const added = answers.flatMap(({ name, scores: given }) => {
      const score = given.get(node.name);
      return score === undefined ? [] : [[name, score] as const];
    });
    return {
      node,
      total: added.reduce((sum, [, score]) => sum + score, total),
      scores: new Map([...scores, ...added]),
    };
  });
}
