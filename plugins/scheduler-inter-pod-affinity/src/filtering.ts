import type { Node, Pod } from "@pinnace/api";
import {
  type ClusterReader,
  type Cycle,
  type NodeInfo,
  type PodInfo,
  type PreFilterResult,
  SKIP,
  type StateData,
  type Status,
  SUCCESS,
  unresolvable,
  unschedulable,
} from "@pinnace/scheduler-framework";
import {
  type AffinityTerm,
  matchesAllTerms,
  namespaceLabelsOf,
  resolveNamespaces,
  termMatches,
  termsOf,
} from "./affinity-term.ts";
import { TopologyCounts } from "./topology-counts.ts";

const STATE = "InterPodAffinity/filter";
const NO_AFFINITY = unresolvable("node(s) didn't match pod affinity rules");
const ANTI_AFFINITY = unschedulable("node(s) didn't match pod anti-affinity rules");
const EXISTING = unschedulable("node(s) didn't satisfy existing pods anti-affinity rules");

/** What of the pod does not change during an attempt. */
interface Wishes {
  readonly pod: Pod;
  readonly namespaceLabels: Readonly<Record<string, string>>;
  readonly affinity: readonly AffinityTerm[];
  readonly antiAffinity: readonly AffinityTerm[];
}

class FilterState implements StateData {
  readonly wishes: Wishes;
  /** Existing pods that meet all affinity terms of the pod. */
  readonly affinity: TopologyCounts;
  /** Existing pods that meet an anti-affinity term of the pod. */
  readonly antiAffinity: TopologyCounts;
  /** Existing pods with an anti-affinity term that the pod meets. */
  readonly existing: TopologyCounts;

  constructor(wishes: Wishes, affinity: TopologyCounts, antiAffinity: TopologyCounts, existing: TopologyCounts) {
    this.wishes = wishes;
    this.affinity = affinity;
    this.antiAffinity = antiAffinity;
    this.existing = existing;
  }

  clone(): FilterState {
    return new FilterState(this.wishes, this.affinity.clone(), this.antiAffinity.clone(), this.existing.clone());
  }

  /** Counts what the pod wishes of an existing one. */
  countWishes(existing: Pod, node: Node, amount: 1 | -1): void {
    const { affinity, antiAffinity } = this.wishes;
    if (matchesAllTerms(affinity, existing)) {
      for (const { topologyKey } of affinity) this.affinity.add(node, topologyKey, amount);
    }
    for (const term of antiAffinity) {
      if (termMatches(term, existing)) this.antiAffinity.add(node, term.topologyKey, amount);
    }
  }

  /** Counts what an existing pod refuses. */
  countRefusals(existing: Pod, node: Node, amount: 1 | -1): void {
    for (const term of termsOf(existing).requiredAntiAffinity) {
      if (termMatches(term, this.wishes.pod, this.wishes.namespaceLabels)) {
        this.existing.add(node, term.topologyKey, amount);
      }
    }
  }
}

export function preFilter(cycle: Cycle, reader: ClusterReader): PreFilterResult {
  const { snapshot } = cycle;
  const { pod } = cycle.pod;
  const refusing = snapshot.nodesWithRequiredAntiAffinityPods;
  const { requiredAffinity, requiredAntiAffinity } = termsOf(pod);
  const wishesNothing = requiredAffinity.length + requiredAntiAffinity.length === 0;
  if (wishesNothing && refusing.length === 0) return { status: SKIP };
  const wishes: Wishes = {
    pod,
    namespaceLabels: namespaceLabelsOf(pod, reader),
    affinity: resolveNamespaces(requiredAffinity, reader),
    antiAffinity: resolveNamespaces(requiredAntiAffinity, reader),
  };
  const state = new FilterState(wishes, new TopologyCounts(), new TopologyCounts(), new TopologyCounts());
  for (const { node, podsWithRequiredAntiAffinity } of refusing) {
    for (const existing of podsWithRequiredAntiAffinity) state.countRefusals(existing.pod, node, 1);
  }
  if (wishesNothing && state.existing.isEmpty) return { status: SKIP };
  if (!wishesNothing) {
    for (const { node, pods } of snapshot.nodes) {
      for (const existing of pods) state.countWishes(existing.pod, node, 1);
    }
  }
  cycle.state.write(STATE, state);
  return { status: SUCCESS };
}

export function filter(cycle: Cycle, { node }: NodeInfo): Status {
  const state = cycle.state.read<FilterState>(STATE);
  if (state === undefined) return SUCCESS;
  if (!isNearFriends(state, node)) return NO_AFFINITY;
  const { antiAffinity } = state.wishes;
  if (antiAffinity.some(({ topologyKey }) => state.antiAffinity.at(node, topologyKey) > 0)) return ANTI_AFFINITY;
  return state.existing.isPositiveAt(node) ? EXISTING : SUCCESS;
}

/**
 * Every term's domain must hold a pod that meets all terms. The first of a group of pods that want to be together may go
 * anywhere that has the topology keys: when no such pod exists at all and the pod meets its own terms.
 */
function isNearFriends({ wishes, affinity }: FilterState, node: Node): boolean {
  let found = true;
  for (const { topologyKey } of wishes.affinity) {
    if (node.metadata?.labels?.[topologyKey] === undefined) return false;
    if (affinity.at(node, topologyKey) <= 0) found = false;
  }
  return found || (affinity.isEmpty && matchesAllTerms(wishes.affinity, wishes.pod));
}

/** A pod is added to (+1) or taken from (-1) a node in a what-if. */
export function recount(cycle: Cycle, changed: PodInfo, { node }: NodeInfo, amount: 1 | -1): Status {
  const state = cycle.state.read<FilterState>(STATE);
  state?.countRefusals(changed.pod, node, amount);
  state?.countWishes(changed.pod, node, amount);
  return SUCCESS;
}
