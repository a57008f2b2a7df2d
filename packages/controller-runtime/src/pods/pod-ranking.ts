import type { Pod } from "@pinnace/api";
import { timeOf } from "@pinnace/apimachinery";
import { isPodReady, readySince } from "./pod-state.ts";

/** Lower values are deleted first (KEP-2255). */
const DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";
const PHASES: readonly string[] = ["Pending", "Unknown", "Running"];

type Comparison = (a: Pod, b: Pod) => number;

/**
 * Orders pods by who goes first when some must: not assigned < assigned, pending < unknown < running, not ready < ready,
 * cheap < dear (deletion cost), on a crowded node < on an empty one, ready for a short time < for a long time (on a
 * logarithmic scale), more restarts < fewer, young < old. Returns a new array.
 *
 * @param crowding how many pods of the same kind share the pod's node; the more, the earlier it goes.
 */
export function rankPodsForDeletion(pods: readonly Pod[], crowding: (pod: Pod) => number, now: number): readonly Pod[] {
  const comparisons: readonly Comparison[] = [
    (a, b) => Number(isAssigned(a)) - Number(isAssigned(b)),
    (a, b) => phaseRank(a) - phaseRank(b),
    (a, b) => Number(isPodReady(a)) - Number(isPodReady(b)),
    (a, b) => deletionCost(a) - deletionCost(b),
    (a, b) => crowding(b) - crowding(a),
    (a, b) => youngerFirst(readySince(a), readySince(b), now),
    (a, b) => restarts(b) - restarts(a),
    (a, b) => youngerFirst(createdAt(a), createdAt(b), now),
  ];
  return [...pods].sort((a, b) => {
    for (const compare of comparisons) {
      const order = compare(a, b);
      if (order !== 0) return order;
    }
    return (a.metadata?.uid ?? "") < (b.metadata?.uid ?? "") ? -1 : 1;
  });
}

/** For every node, how many of these active pods are on it. */
export function podsPerNode(pods: readonly Pod[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const pod of pods) {
    const node = pod.spec?.nodeName;
    if (node) counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  return counts;
}

function isAssigned(pod: Pod): boolean {
  return Boolean(pod.spec?.nodeName);
}

function phaseRank(pod: Pod): number {
  return PHASES.indexOf(pod.status?.phase ?? "Pending");
}

/** The pod's deletion cost; one that is no int32 counts as 0. */
function deletionCost(pod: Pod): number {
  const text = pod.metadata?.annotations?.[DELETION_COST];
  return text !== undefined && /^(0|-?[1-9][0-9]*)$/.test(text) ? Number(text) : 0;
}

function createdAt(pod: Pod): number | undefined {
  return timeOf(pod.metadata?.creationTimestamp);
}

/** Times that are far back differ only when their ages differ by a power of two (KEP-2185). No time counts as youngest. */
function youngerFirst(a: number | undefined, b: number | undefined, now: number): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return ageRank(a, now) - ageRank(b, now);
}

function ageRank(since: number, now: number): number {
  const nanoseconds = (now - since) * 1e6;
  return nanoseconds < 1 ? -1 : Math.floor(Math.log2(nanoseconds));
}

function restarts(pod: Pod): number {
  const statuses = pod.status?.containerStatuses ?? [];
  return Math.max(0, ...statuses.map((status) => status.restartCount ?? 0));
}
