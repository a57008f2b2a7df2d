import type { FilterRunner, NodeTrial, PreemptionCandidate } from "../contract/components.ts";
import type { NodeInfo, PodInfo } from "../contract/node-info.ts";
import type { Cycle } from "../contract/points.ts";
import { type Status, SUCCESS, unresolvable } from "../contract/status.ts";
import { type Budget, splitByBudgets } from "./disruption-budgets.ts";
import { byImportance } from "./importance.ts";

/** How victims on a node are chosen. */
export interface VictimRules {
  readonly filters: FilterRunner;
  readonly budgets: readonly Budget[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Whether a pod of the node may be evicted for the pod of the cycle. */
  readonly mayLeave: (pod: PodInfo) => boolean;
  /** Told of pods that are taken off the node (-1) and put back (1) while it is worked out. */
  readonly onChange?: (pod: PodInfo, sign: 1 | -1) => void;
  /** What must hold besides the filters; it sees the changes. */
  readonly allows?: () => Status;
}

const NO_VICTIMS = unresolvable("No preemption victims found for incoming pod");

/**
 * The fewest, least important pods that have to leave a node: all that may are taken off, and put back one by one, those
 * whose eviction would violate a budget first, as long as the pod still fits. A status says why none do.
 */
export function selectVictims(cycle: Cycle, node: NodeInfo, rules: VictimRules): PreemptionCandidate | Status {
  const { budgets, now } = rules;
  const candidates = node.pods.filter(rules.mayLeave);
  const inner = rules.filters.trial(cycle, node.name);
  if (candidates.length === 0 || inner === undefined) return NO_VICTIMS;
  const trial = observed(inner, rules);
  for (const pod of candidates) {
    const status = trial.remove(pod);
    if (status.code !== "Success") return status;
  }
  const fits = trial.fits();
  if (fits.code !== "Success") return fits;
  const inOrder = byImportance(now);
  const { violating, others } = splitByBudgets([...candidates].sort(inOrder), budgets);
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

/** A trial under the rules. */
function observed(trial: NodeTrial, { onChange, allows }: VictimRules): NodeTrial {
  return {
    remove: (pod) => {
      onChange?.(pod, -1);
      return trial.remove(pod);
    },
    add: (pod) => {
      onChange?.(pod, 1);
      return trial.add(pod);
    },
    fits: () => {
      const status = allows?.() ?? SUCCESS;
      return status.code === "Success" ? trial.fits() : status;
    },
  };
}

/** Whether a pod can stay; a status when a plugin fails. */
function spare(trial: NodeTrial, pod: PodInfo): boolean | Status {
  const added = trial.add(pod);
  if (added.code !== "Success") return added;
  if (trial.fits().code === "Success") return true;
  const removed = trial.remove(pod);
  return removed.code === SUCCESS.code ? false : removed;
}
