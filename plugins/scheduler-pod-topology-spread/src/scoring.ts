import { type Cycle, MAX_SCORE, type NodeInfo, type StateData } from "@pinnace/scheduler-framework";
import { hasAllKeys, type SpreadConstraint } from "./constraint.ts";
import { domainOf, type SpreadCounts } from "./spread-counts.ts";

const STATE = "PodTopologySpread/score";
const HOSTNAME = "kubernetes.io/hostname";

interface ScoreState extends StateData {
  readonly constraints: readonly SpreadConstraint[];
  /** Nodes that lack a topology key: they get the lowest score. */
  readonly ignored: ReadonlySet<string>;
  /** Matching pods by domain, for each constraint but those over hosts, which are counted node by node. */
  readonly counts: SpreadCounts;
  /** The more domains, the more a pod in one of them weighs: ln(domains + 2). */
  readonly weights: readonly number[];
}

/** Prepares the scores of the nodes that fit; the counts are of the attempt's snapshot. */
export function prepareScores(
  cycle: Cycle,
  nodes: readonly NodeInfo[],
  constraints: readonly SpreadConstraint[],
  needsAllKeys: boolean,
  counts: SpreadCounts,
): void {
  const ignored = new Set<string>();
  const domains = constraints.map(() => new Set<string>());
  for (const { node, name } of nodes) {
    if (needsAllKeys && !hasAllKeys(node, constraints)) {
      ignored.add(name);
      continue;
    }
    for (const [index, constraint] of constraints.entries()) {
      if (constraint.topologyKey !== HOSTNAME) domains[index]!.add(domainOf(node, constraint));
    }
  }
  const weights = constraints.map(({ topologyKey }, index) =>
    Math.log((topologyKey === HOSTNAME ? nodes.length - ignored.size : domains[index]!.size) + 2),
  );
  const state: ScoreState = { constraints, ignored, counts, weights, clone: () => state };
  cycle.state.write(STATE, state);
}

/** The raw score: the fewer matching pods around, the lower. `maxSkew - 1` waters small differences down. */
export function score({ state }: Cycle, { node, name }: NodeInfo): number {
  const prepared = state.read<ScoreState>(STATE);
  if (prepared === undefined || prepared.ignored.has(name)) return 0;
  const { constraints, counts, weights } = prepared;
  let sum = 0;
  for (let index = 0; index < constraints.length; index += 1) {
    const { topologyKey, maxSkew } = constraints[index]!;
    const domain = node.metadata?.labels?.[topologyKey];
    if (domain === undefined) continue;
    const count = topologyKey === HOSTNAME ? counts.onNode(name, index) : counts.domains[index]!.in(domain);
    sum += count * weights[index]! + (maxSkew - 1);
  }
  return Math.round(sum);
}

/** Turns the raw scores round: fewest pods 100, ignored nodes 0. */
export function normalizeScore(
  { state }: Cycle,
  scores: readonly number[],
  nodes: readonly NodeInfo[],
): readonly number[] {
  const ignored = state.read<ScoreState>(STATE)?.ignored ?? new Set<string>();
  let [least, most] = [Number.MAX_SAFE_INTEGER, 0];
  for (const [index, value] of scores.entries()) {
    if (ignored.has(nodes[index]!.name)) continue;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return scores.map((value, index) => {
    if (ignored.has(nodes[index]!.name)) return 0;
    return most === 0 ? MAX_SCORE : Math.floor((MAX_SCORE * (most + least - value)) / most);
  });
}
