import { type Cycle, MAX_SCORE, type NodeInfo, type StateData } from "@pinnace/scheduler-framework";
import { countSpread, counts, hasAllKeys, type SpreadConstraint } from "./constraint.ts";

const STATE = "PodTopologySpread/score";
const HOSTNAME = "kubernetes.io/hostname";

interface ScoreState extends StateData {
  readonly constraints: readonly SpreadConstraint[];
  /** Nodes that lack a topology key: they get the lowest score. */
  readonly ignored: ReadonlySet<string>;
  /** Matching pods by domain, for each constraint but those over hosts, which are counted node by node. */
  readonly domains: readonly ReadonlyMap<string, number>[];
  /** The more domains, the more a pod in one of them weighs: ln(domains + 2). */
  readonly weights: readonly number[];
}

/** Counts matching pods in the domains of the nodes that fit. */
export function prepareScores(
  cycle: Cycle,
  nodes: readonly NodeInfo[],
  constraints: readonly SpreadConstraint[],
  needsAllKeys: boolean,
): void {
  const ignored = new Set<string>();
  const domains = constraints.map(() => new Map<string, number>());
  for (const { node, name } of nodes) {
    if (needsAllKeys && !hasAllKeys(node, constraints)) {
      ignored.add(name);
      continue;
    }
    for (const [index, { topologyKey }] of constraints.entries()) {
      if (topologyKey !== HOSTNAME) domains[index]!.set(node.metadata?.labels?.[topologyKey] ?? "", 0);
    }
  }
  const weights = constraints.map(({ topologyKey }, index) =>
    Math.log((topologyKey === HOSTNAME ? nodes.length - ignored.size : domains[index]!.size) + 2),
  );
  countPods(cycle, constraints, domains, needsAllKeys);
  const state: ScoreState = { constraints, ignored, domains, weights, clone: () => state };
  cycle.state.write(STATE, state);
}

function countPods(
  { pod: { pod }, snapshot }: Cycle,
  constraints: readonly SpreadConstraint[],
  domains: readonly Map<string, number>[],
  needsAllKeys: boolean,
): void {
  if (domains.every((each) => each.size === 0)) return;
  const namespace = pod.metadata?.namespace ?? "";
  for (const { node, pods } of snapshot.nodes) {
    if (needsAllKeys && !hasAllKeys(node, constraints)) continue;
    for (const [index, constraint] of constraints.entries()) {
      const domain = node.metadata?.labels?.[constraint.topologyKey] ?? "";
      const count = domains[index]!.get(domain);
      if (count === undefined || !counts(constraint, pod, node)) continue;
      domains[index]!.set(domain, count + countSpread(pods, constraint.selector, namespace));
    }
  }
}

/** The raw score: the fewer matching pods around, the lower. `maxSkew - 1` waters small differences down. */
export function score({ state, pod: { pod } }: Cycle, { node, name, pods }: NodeInfo): number {
  const prepared = state.read<ScoreState>(STATE);
  if (prepared === undefined || prepared.ignored.has(name)) return 0;
  let sum = 0;
  for (const [index, constraint] of prepared.constraints.entries()) {
    const domain = node.metadata?.labels?.[constraint.topologyKey];
    if (domain === undefined) continue;
    const count =
      constraint.topologyKey === HOSTNAME
        ? countSpread(pods, constraint.selector, pod.metadata?.namespace ?? "")
        : (prepared.domains[index]!.get(domain) ?? 0);
    sum += count * prepared.weights[index]! + (constraint.maxSkew - 1);
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
