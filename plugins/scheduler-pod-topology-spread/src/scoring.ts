import { type Cycle, MAX_SCORE, NO_DOMAIN, type NodeInfo, type StateData } from "@pinnace/scheduler-framework";
import { hasAllKeys, type SpreadConstraint } from "./constraint.ts";
import { countedIn, type SpreadCounts } from "./spread-counts.ts";

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
  { nodes, rows }: { readonly nodes: readonly NodeInfo[]; readonly rows: readonly number[] | undefined },
  constraints: readonly SpreadConstraint[],
  needsAllKeys: boolean,
  counts: SpreadCounts,
): void {
  const ignored = needsAllKeys ? lackingKeys(nodes, constraints) : NOBODY;
  const weights = constraints.map(({ topologyKey }, index) => {
    const isHost = topologyKey === HOSTNAME;
    const domains = isHost ? nodes.length - ignored.size : domainsAmong(cycle, { nodes, rows }, ignored, counts, index);
    return Math.log(domains + 2);
  });
  const state: ScoreState = { constraints, ignored, counts, weights, clone: () => state };
  cycle.state.write(STATE, state);
}

const NOBODY: ReadonlySet<string> = new Set();

function lackingKeys(nodes: readonly NodeInfo[], constraints: readonly SpreadConstraint[]): ReadonlySet<string> {
  let ignored: Set<string> | undefined;
  for (const { node, name } of nodes) {
    if (hasAllKeys(node, constraints)) continue;
    ignored ??= new Set();
    ignored.add(name);
  }
  return ignored ?? NOBODY;
}

/** How many domains of a constraint some nodes are in. */
function domainsAmong(
  { snapshot }: Cycle,
  { nodes, rows }: { readonly nodes: readonly NodeInfo[]; readonly rows: readonly number[] | undefined },
  ignored: ReadonlySet<string>,
  { columns }: SpreadCounts,
  constraint: number,
): number {
  const column = columns[constraint]!;
  const domainOf = rows === undefined ? undefined : column.of(snapshot);
  const domains = new Set<number>();
  let last = -1;
  for (let index = 0; index < nodes.length; index += 1) {
    if (ignored.size > 0 && ignored.has(nodes[index]!.name)) continue;
    const domain = countedIn(domainOf === undefined ? column.domainOf(nodes[index]!.node) : domainOf(rows![index]!));
    if (domain !== last) domains.add(domain);
    last = domain;
  }
  return domains.size;
}

/** The raw score: the fewer matching pods around, the lower. `maxSkew - 1` waters small differences down. */
export function score({ state }: Cycle, { node, name }: NodeInfo): number {
  const prepared = state.read<ScoreState>(STATE);
  if (prepared === undefined || prepared.ignored.has(name)) return 0;
  const { constraints, counts, weights } = prepared;
  let sum = 0;
  for (let index = 0; index < constraints.length; index += 1) {
    const { topologyKey, maxSkew } = constraints[index]!;
    const domain = counts.columns[index]!.domainOf(node);
    if (domain === NO_DOMAIN) continue;
    const count = topologyKey === HOSTNAME ? counts.onNode(name, index) : counts.domains[index]!.in(domain);
    sum += count * weights[index]! + (maxSkew - 1);
  }
  return Math.round(sum);
}

/** The same as {@link score}, constraint by constraint. */
export function scoreTable(cycle: Cycle, nodes: readonly NodeInfo[], rows?: readonly number[]): readonly number[] {
  const prepared = cycle.state.read<ScoreState>(STATE);
  if (prepared === undefined || rows === undefined) return nodes.map((node) => score(cycle, node));
  const { constraints, counts, weights, ignored } = prepared;
  const sums = new Array<number>(rows.length).fill(0);
  for (let index = 0; index < constraints.length; index += 1) {
    const { topologyKey, maxSkew } = constraints[index]!;
    const domainOf = counts.columns[index]!.of(cycle.snapshot);
    const onNode = topologyKey === HOSTNAME ? counts.nodes[index]!.of(cycle.snapshot) : undefined;
    const domains = counts.domains[index]!;
    const weight = weights[index]!;
    for (let at = 0; at < rows.length; at += 1) {
      const domain = domainOf(rows[at]!);
      if (domain === NO_DOMAIN) continue;
      const count = onNode === undefined ? domains.in(domain) : onNode(rows[at]!);
      sums[at] = sums[at]! + (count * weight + (maxSkew - 1));
    }
  }
  for (let at = 0; at < sums.length; at += 1) {
    sums[at] = ignored.size > 0 && ignored.has(nodes[at]!.name) ? 0 : Math.round(sums[at]!);
  }
  return sums;
}

/** Turns the raw scores round: fewest pods 100, ignored nodes 0. */
export function normalizeScore(
  { state }: Cycle,
  scores: readonly number[],
  nodes: readonly NodeInfo[],
): readonly number[] {
  const ignored = state.read<ScoreState>(STATE)?.ignored ?? NOBODY;
  const isIgnored = (index: number): boolean => ignored.size > 0 && ignored.has(nodes[index]!.name);
  let [least, most] = [Number.MAX_SAFE_INTEGER, 0];
  for (let index = 0; index < scores.length; index += 1) {
    if (isIgnored(index)) continue;
    const value = scores[index]!;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const normalized = new Array<number>(scores.length).fill(0);
  for (let index = 0; index < scores.length; index += 1) {
    if (isIgnored(index)) continue;
    normalized[index] = most === 0 ? MAX_SCORE : Math.floor((MAX_SCORE * (most + least - scores[index]!)) / most);
  }
  return normalized;
}
