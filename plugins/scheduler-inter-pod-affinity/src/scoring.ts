import type { Node, Pod } from "@pinnace/api";
import {
  type ClusterReader,
  type Cycle,
  MAX_SCORE,
  type NodeInfo,
  SKIP,
  type StateData,
  type Status,
  SUCCESS,
} from "@pinnace/scheduler-framework";
import { namespaceLabelsOf, resolveNamespaces, termMatches, termsOf, type WeightedTerm } from "./affinity-term.ts";
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

/** Adds up, by domain, the weights of preferred terms: the pod's about existing pods, and theirs about the pod. */
export function preScore(cycle: Cycle, reader: ClusterReader, options: ScoringOptions): Status {
  const { snapshot } = cycle;
  const { pod } = cycle.pod;
  const preferred = termsOf(pod).preferred;
  const hasOwn = preferred.length > 0;
  if (!hasOwn && (options.ignorePreferredTermsOfExistingPods || snapshot.nodesWithAffinityPods.length === 0)) {
    return SKIP;
  }
  const own = resolveNamespaces(preferred, reader);
  const namespaceLabels = namespaceLabelsOf(pod, reader);
  const sums = new TopologyCounts();
  for (const { node, pods, podsWithAffinity } of hasOwn ? snapshot.nodes : snapshot.nodesWithAffinityPods) {
    for (const existing of pods.length > 0 && hasOwn ? pods : podsWithAffinity) {
      addOwn(sums, own, existing.pod, node);
      if (existing.hasAffinity) addTheirs(sums, existing.pod, pod, node, namespaceLabels, options);
    }
  }
  if (sums.isEmpty) return SKIP;
  const state: ScoreState = { sums, clone: () => state };
  cycle.state.write(STATE, state);
  return SUCCESS;
}

function addOwn(sums: TopologyCounts, own: readonly WeightedTerm[], existing: Pod, node: Node): void {
  for (const term of own) if (termMatches(term, existing)) sums.add(node, term.topologyKey, term.weight);
}

function addTheirs(
  sums: TopologyCounts,
  existing: Pod,
  pod: Pod,
  node: Node,
  namespaceLabels: Readonly<Record<string, string>>,
  { hardPodAffinityWeight, ignorePreferredTermsOfExistingPods }: ScoringOptions,
): void {
  const { requiredAffinity, preferred } = termsOf(existing);
  if (hardPodAffinityWeight > 0) {
    for (const term of requiredAffinity) {
      if (termMatches(term, pod, namespaceLabels)) sums.add(node, term.topologyKey, hardPodAffinityWeight);
    }
  }
  if (ignorePreferredTermsOfExistingPods) return;
  for (const term of preferred) {
    if (termMatches(term, pod, namespaceLabels)) sums.add(node, term.topologyKey, term.weight);
  }
}

export function score({ state }: Cycle, { node }: NodeInfo): number {
  return state.read<ScoreState>(STATE)?.sums.sumAt(node) ?? 0;
}

/** The least becomes 0, the most 100. */
export function normalizeScore(scores: readonly number[]): readonly number[] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of scores) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const range = most - least;
  return scores.map((value) => (range > 0 ? Math.floor(MAX_SCORE * ((value - least) / range)) : 0));
}
