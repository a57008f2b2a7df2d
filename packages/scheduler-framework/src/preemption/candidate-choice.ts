import type { PreemptionCandidate } from "../contract/components.ts";
import { priorityOf, startOf } from "./importance.ts";

/** Keeps sums of negative priorities positive, so that fewer victims never cost more than more of them. */
const OFFSET = 2 ** 31;

/** Each counts what a candidate costs; the next one decides among those that cost the same. */
function costs(now: number): readonly ((candidate: PreemptionCandidate) => number)[] {
  return [
    ({ violations }) => violations,
    ({ victims }) => priorityOf(victims[0]!.pod),
    ({ victims }) => victims.reduce((sum, { pod }) => sum + priorityOf(pod) + OFFSET, 0),
    ({ victims }) => victims.length,
    (candidate) => -earliestStart(candidate, now),
  ];
}

/** When the first of the most important victims started. */
function earliestStart({ victims }: PreemptionCandidate, now: number): number {
  const highest = priorityOf(victims[0]!.pod);
  const most = victims.filter(({ pod }) => priorityOf(pod) === highest);
  return Math.min(...most.map(({ pod }) => startOf(pod, now)));
}

/**
 * The node to make room on: with the fewest violated budgets, then the lowest highest priority of a victim, then the lowest
 * sum of priorities, then the fewest victims, then the latest start of the most important ones, then the first.
 */
export function chooseCandidate(
  candidates: readonly PreemptionCandidate[],
  now: number,
): PreemptionCandidate | undefined {
  let best = candidates;
  for (const cost of costs(now)) {
    if (best.length <= 1) break;
    const values = best.map(cost);
    const least = Math.min(...values);
    best = best.filter((_candidate, index) => values[index] === least);
  }
  return best[0];
}
