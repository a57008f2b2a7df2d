import type { Node, Pod } from "@pinnace/api";
import {
  type ClusterReader,
  type Cycle,
  MAX_SCORE,
  type NodeInfo,
  NodeTally,
  RecentlyUsed,
  SKIP,
  type Snapshot,
  type StateData,
  type Status,
  SUCCESS,
} from "@pinnace/scheduler-framework";
import { namespaceLabelsOf, resolveNamespaces, termMatches, termsOf, type WeightedTerm } from "./affinity-term.ts";
import { kindOf, MAX_KINDS, selectedNamespaces } from "./pod-kind.ts";
import { TopologyCounts } from "./topology-counts.ts";

const STATE = "InterPodAffinity/score";

export interface ScoringOptions {
  /** What a required affinity term of an existing pod that the pod meets is worth. */
  readonly hardPodAffinityWeight: number;
  readonly ignorePreferredTermsOfExistingPods: boolean;
}

interface ScoreState extends StateData {
  readonly sums: TopologyCounts;
}

/** What the pods of one node give, by topology key. */
interface Part {
  readonly node: Node;
  readonly weights: ReadonlyMap<string, number>;
}

/** Adds up, by domain, the weights of preferred terms: the pod's about existing pods, and theirs about the pod. */
class ScoreCounts {
  readonly sums: TopologyCounts = new TopologyCounts();
  readonly #tally: NodeTally<Part>;

  constructor(
    pod: Pod,
    own: readonly WeightedTerm[],
    namespaceLabels: Readonly<Record<string, string>>,
    options: ScoringOptions,
  ) {
    const { sums } = this;
    this.#tally = new NodeTally<Part>({
      partOf: ({ node, pods, podsWithAffinity }) => {
        const looked = own.length > 0 ? pods : podsWithAffinity;
        if (looked.length === 0) return undefined;
        const weights = new Map<string, number>();
        for (const existing of looked) {
          addOwn(weights, own, existing.pod);
          if (existing.hasAffinity) addTheirs(weights, existing.pod, pod, namespaceLabels, options);
        }
        return weights.size === 0 ? undefined : { node, weights };
      },
      add: ({ node, weights }, sign) => {
        for (const [topologyKey, weight] of weights) sums.add(node, topologyKey, sign * weight);
      },
      clear: () => sums.clear(),
    });
  }

  update(snapshot: Snapshot): void {
    this.#tally.update(snapshot);
  }

  isOutgrown(snapshot: Snapshot): boolean {
    return this.sums.isOutgrown(snapshot);
  }
}

/** Runs the Score part of the plugin: its sums belong to one scheduler. */
export class AffinityScore {
  readonly #reader: ClusterReader;
  readonly #options: ScoringOptions;
  readonly #counts = new RecentlyUsed<ScoreCounts>(MAX_KINDS);

  constructor(reader: ClusterReader, options: ScoringOptions) {
    this.#reader = reader;
    this.#options = options;
  }

  preScore(cycle: Cycle): Status {
    const { snapshot } = cycle;
    const { pod } = cycle.pod;
    const { preferred } = termsOf(pod);
    const isAlone = this.#options.ignorePreferredTermsOfExistingPods || !snapshot.hasAffinityPods;
    if (preferred.length === 0 && isAlone) return SKIP;
    const own = resolveNamespaces(preferred, this.#reader);
    const namespaceLabels = namespaceLabelsOf(pod, this.#reader);
    const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {};
    const kind = kindOf(pod, namespaceLabels, [
      podAffinity?.preferredDuringSchedulingIgnoredDuringExecution,
      podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution,
      ...selectedNamespaces(preferred, own),
    ]);
    const counts = this.#counts.get(
      kind,
      () => new ScoreCounts(pod, own, namespaceLabels, this.#options),
      (each) => !each.isOutgrown(snapshot),
    );
    counts.update(snapshot);
    const { sums } = counts;
    if (sums.isEmpty) return SKIP;
    const state: ScoreState = { sums, clone: () => state };
    cycle.state.write(STATE, state);
    return SUCCESS;
  }
}

type Weights = Map<string, number>;

const addTo = (weights: Weights, topologyKey: string, weight: number): void => {
  weights.set(topologyKey, (weights.get(topologyKey) ?? 0) + weight);
};

function addOwn(weights: Weights, own: readonly WeightedTerm[], existing: Pod): void {
  for (const term of own) if (termMatches(term, existing)) addTo(weights, term.topologyKey, term.weight);
}

function addTheirs(
  weights: Weights,
  existing: Pod,
  pod: Pod,
  namespaceLabels: Readonly<Record<string, string>>,
  { hardPodAffinityWeight, ignorePreferredTermsOfExistingPods }: ScoringOptions,
): void {
  const { requiredAffinity, preferred } = termsOf(existing);
  if (hardPodAffinityWeight > 0) {
    for (const term of requiredAffinity) {
      if (termMatches(term, pod, namespaceLabels)) addTo(weights, term.topologyKey, hardPodAffinityWeight);
    }
  }
  if (ignorePreferredTermsOfExistingPods) return;
  for (const term of preferred) {
    if (termMatches(term, pod, namespaceLabels)) addTo(weights, term.topologyKey, term.weight);
  }
}

export function score({ state }: Cycle, { node }: NodeInfo): number {
  return state.read<ScoreState>(STATE)?.sums.sumAt(node) ?? 0;
}

/** The same as {@link score}, topology key by topology key. */
export function scoreTable(cycle: Cycle, nodes: readonly NodeInfo[], rows?: readonly number[]): readonly number[] {
  const sums = cycle.state.read<ScoreState>(STATE)?.sums;
  if (sums === undefined || rows === undefined) return nodes.map((node) => score(cycle, node));
  const scores = new Array<number>(rows.length).fill(0);
  for (const topologyKey of sums.usedKeys()) {
    const sumOf = sums.rowsAt(cycle.snapshot, topologyKey);
    for (let at = 0; at < rows.length; at += 1) scores[at] = scores[at]! + sumOf(rows[at]!);
  }
  return scores;
}

/** The least becomes 0, the most 100. */
export function normalizeScore(scores: readonly number[]): readonly number[] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of scores) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const range = most - least;
  const normalized = new Array<number>(scores.length).fill(0);
  if (!(range > 0)) return normalized;
  for (let at = 0; at < scores.length; at += 1) {
    normalized[at] = Math.floor(MAX_SCORE * ((scores[at]! - least) / range));
  }
  return normalized;
}
