import type { Node, Pod } from "@pinnace/api";
import {
  type ClusterReader,
  type Cycle,
  type NodeInfo,
  NodeTally,
  type PodInfo,
  type PreFilterResult,
  RecentlyUsed,
  SKIP,
  type Snapshot,
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
import { kindOf, MAX_KINDS, selectedNamespaces } from "./pod-kind.ts";
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

/** What the pods of one node come to. */
interface Part {
  readonly node: Node;
  /** Pods that meet all affinity terms. */
  affinity: number;
  /** Pods that meet an anti-affinity term, by term. */
  readonly antiAffinity: number[];
  /** The topology keys of terms by which pods refuse the pod. */
  readonly refusals: string[];
}

class FilterState implements StateData {
  readonly wishes: Wishes;
  /** Existing pods that meet all affinity terms of the pod. */
  readonly affinity: TopologyCounts;
  /** Existing pods that meet an anti-affinity term of the pod. */
  readonly antiAffinity: TopologyCounts;
  /** Existing pods with an anti-affinity term that the pod meets. */
  readonly existing: TopologyCounts;

  constructor(
    wishes: Wishes,
    affinity: TopologyCounts = new TopologyCounts(),
    antiAffinity: TopologyCounts = new TopologyCounts(),
    existing: TopologyCounts = new TopologyCounts(),
  ) {
    this.wishes = wishes;
    this.affinity = affinity;
    this.antiAffinity = antiAffinity;
    this.existing = existing;
  }

  clone(): FilterState {
    return new FilterState(this.wishes, this.affinity.clone(), this.antiAffinity.clone(), this.existing.clone());
  }

  /** Counts some pods of a node. */
  partOf(node: Node, pods: readonly PodInfo[], refusing: readonly PodInfo[]): Part | undefined {
    const { affinity, antiAffinity, pod, namespaceLabels } = this.wishes;
    const wishes = affinity.length + antiAffinity.length;
    if (wishes * pods.length + refusing.length === 0) return undefined;
    const part: Part = { node, affinity: 0, antiAffinity: antiAffinity.map(() => 0), refusals: [] };
    if (wishes > 0) {
      for (const existing of pods) {
        if (matchesAllTerms(affinity, existing.pod)) part.affinity += 1;
        for (const [index, term] of antiAffinity.entries()) {
          if (termMatches(term, existing.pod)) part.antiAffinity[index]! += 1;
        }
      }
    }
    for (const existing of refusing) {
      for (const term of termsOf(existing.pod).requiredAntiAffinity) {
        if (termMatches(term, pod, namespaceLabels)) part.refusals.push(term.topologyKey);
      }
    }
    const isEmpty =
      part.affinity === 0 && part.refusals.length === 0 && part.antiAffinity.every((count) => count === 0);
    return isEmpty ? undefined : part;
  }

  add({ node, affinity, antiAffinity, refusals }: Part, sign: 1 | -1): void {
    const { wishes } = this;
    if (affinity > 0) {
      for (const { topologyKey } of wishes.affinity) this.affinity.add(node, topologyKey, sign * affinity);
    }
    for (const [index, count] of antiAffinity.entries()) {
      if (count > 0) this.antiAffinity.add(node, wishes.antiAffinity[index]!.topologyKey, sign * count);
    }
    for (const topologyKey of refusals) this.existing.add(node, topologyKey, sign);
  }
}

/** The counts for pods that are alike, kept from one attempt to the next. */
class FilterCounts {
  readonly state: FilterState;
  readonly #tally: NodeTally<Part>;

  constructor(wishes: Wishes) {
    const state = new FilterState(wishes);
    this.state = state;
    this.#tally = new NodeTally<Part>({
      partOf: ({ node, pods, podsWithRequiredAntiAffinity }) => state.partOf(node, pods, podsWithRequiredAntiAffinity),
      add: (part, sign) => state.add(part, sign),
      clear: () => {
        for (const counts of [state.affinity, state.antiAffinity, state.existing]) counts.clear();
      },
    });
  }

  update(snapshot: Snapshot): FilterState {
    this.#tally.update(snapshot);
    return this.state;
  }

  isOutgrown(snapshot: Snapshot): boolean {
    const { affinity, antiAffinity, existing } = this.state;
    return [affinity, antiAffinity, existing].some((counts) => counts.isOutgrown(snapshot));
  }
}

/** Runs the Filter part of the plugin: its counts belong to one scheduler. */
export class AffinityFilter {
  readonly #reader: ClusterReader;
  readonly #counts = new RecentlyUsed<FilterCounts>(MAX_KINDS);

  constructor(reader: ClusterReader) {
    this.#reader = reader;
  }

  preFilter(cycle: Cycle): PreFilterResult {
    const { pod } = cycle.pod;
    const { requiredAffinity, requiredAntiAffinity } = termsOf(pod);
    const wishesNothing = requiredAffinity.length + requiredAntiAffinity.length === 0;
    if (wishesNothing && !cycle.snapshot.hasRequiredAntiAffinityPods) return { status: SKIP };
    const wishes: Wishes = {
      pod,
      namespaceLabels: namespaceLabelsOf(pod, this.#reader),
      affinity: resolveNamespaces(requiredAffinity, this.#reader),
      antiAffinity: resolveNamespaces(requiredAntiAffinity, this.#reader),
    };
    const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {};
    const kind = kindOf(pod, wishes.namespaceLabels, [
      podAffinity?.requiredDuringSchedulingIgnoredDuringExecution,
      podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution,
      ...selectedNamespaces(
        [...requiredAffinity, ...requiredAntiAffinity],
        [...wishes.affinity, ...wishes.antiAffinity],
      ),
    ]);
    const { snapshot } = cycle;
    const counts = this.#counts.get(
      kind,
      () => new FilterCounts(wishes),
      (each) => !each.isOutgrown(snapshot),
    );
    const state = counts.update(snapshot);
    if (wishesNothing && state.existing.isEmpty) return { status: SKIP };
    cycle.state.write(STATE, state);
    return { status: SUCCESS };
  }
}

export function filter(cycle: Cycle, { node }: NodeInfo): Status {
  const state = cycle.state.read<FilterState>(STATE);
  if (state === undefined) return SUCCESS;
  if (!isNearFriends(state, node)) return NO_AFFINITY;
  const { antiAffinity } = state.wishes;
  if (antiAffinity.some(({ topologyKey }) => state.antiAffinity.at(node, topologyKey) > 0)) return ANTI_AFFINITY;
  return state.existing.isPositiveAt(node) ? EXISTING : SUCCESS;
}

/** The same as {@link filter}, by rows. */
export function filterRows(cycle: Cycle): (row: number) => Status {
  const { snapshot } = cycle;
  const state = cycle.state.read<FilterState>(STATE);
  if (state === undefined) return () => SUCCESS;
  const { wishes, affinity, antiAffinity, existing } = state;
  const friends = wishes.affinity.map(({ topologyKey }) => affinity.rowsAt(snapshot, topologyKey));
  const foes = wishes.antiAffinity.map(({ topologyKey }) => antiAffinity.rowsAt(snapshot, topologyKey));
  const refusals = existing.usedKeys().map((topologyKey) => existing.rowsAt(snapshot, topologyKey));
  return (row) => {
    for (let index = 0; index < friends.length; index += 1) {
      if (friends[index]!(row) > 0) continue;
      if (!isNearFriends(state, snapshot.nodes[row]!.node)) return NO_AFFINITY;
      break;
    }
    for (let index = 0; index < foes.length; index += 1) if (foes[index]!(row) > 0) return ANTI_AFFINITY;
    for (let index = 0; index < refusals.length; index += 1) if (refusals[index]!(row) > 0) return EXISTING;
    return SUCCESS;
  };
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
  const part = state?.partOf(node, [changed], [changed]);
  if (part !== undefined) state?.add(part, amount);
  return SUCCESS;
}
