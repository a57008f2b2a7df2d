import {
  type Cycle,
  type FilterRunner,
  type NodeInfo,
  type NodeTrial,
  type PodInfo,
  type Status,
  SUCCESS,
  unresolvable,
} from "@pinnace/scheduler-framework";
import { type Budget, splitByBudgets } from "./disruption-budgets.ts";
import { byImportance, priorityOf } from "./importance.ts";

/** A node where the pod would fit without some pods. */
export interface Candidate {
  readonly nodeName: string;
  /** From the most to the least important; at least one. */
  readonly victims: readonly PodInfo[];
  readonly violations: number;
}

const NO_VICTIMS = unresolvable("No preemption victims found for incoming pod");

/**
 * The fewest, least important pods that have to leave a node: all pods of a lower priority are taken off, and put back one
 * by one, those whose eviction would violate a budget first, as long as the pod still fits. A status says why none do.
 */
export function selectVictims(
  cycle: Cycle,
  node: NodeInfo,
  filters: FilterRunner,
  budgets: readonly Budget[],
  now: number,
): Candidate | Status {
  const priority = priorityOf(cycle.pod.pod);
  const lower = node.pods.filter(({ pod }) => priorityOf(pod) < priority);
  const trial = filters.trial(cycle, node.name);
  if (lower.length === 0 || trial === undefined) return NO_VICTIMS;
  for (const pod of lower) {
    const status = trial.remove(pod);
    if (status.code !== "Success") return status;
  }
  const fits = trial.fits();
  if (fits.code !== "Success") return fits;
  const inOrder = byImportance(now);
  const { violating, others } = splitByBudgets([...lower].sort(inOrder), budgets);
  const victims: PodInfo[] = [];
  let violations = 0;
  for (const [index, pod] of [...violating, ...others].entries()) {
    const spared = spare(trial, pod);
    if (spared === true) continue;
    if (spared !== false) return spared;
    victims.push(pod);
    if (index < violating.length) violations += 1;
  }
  if (victims.length === 0) {
    return { code: "Error", reasons: [`expected at least one victim pod on node "${node.name}"`] };
  }
  return { nodeName: node.name, victims: victims.sort(inOrder), violations };
}

/** Whether a pod can stay; a status when a plugin fails. */
function spare(trial: NodeTrial, pod: PodInfo): boolean | Status {
  const added = trial.add(pod);
  if (added.code !== "Success") return added;
  if (trial.fits().code === "Success") return true;
  const removed = trial.remove(pod);
  return removed.code === SUCCESS.code ? false : removed;
}
