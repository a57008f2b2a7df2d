import { POD_DISRUPTION_BUDGETS, type Pod, type PodDisruptionBudget } from "@pinnace/api";
import { type LabelMatcher, labelMatcher } from "@pinnace/apimachinery";
import type { ClusterReader } from "../contract/components.ts";
import type { PodInfo } from "../contract/node-info.ts";

/** A budget with its selector compiled. */
export interface Budget {
  readonly budget: PodDisruptionBudget;
  readonly selector: LabelMatcher;
}

/** All budgets; one with an empty selector protects nothing here. */
export function listBudgets(reader: ClusterReader): readonly Budget[] {
  return reader
    .list(POD_DISRUPTION_BUDGETS)
    .map((budget) => ({
      budget,
      selector: labelMatcher(budget.spec?.selector as Parameters<typeof labelMatcher>[0]),
    }))
    .filter(({ selector }) => !selector.isEmpty);
}

/** Tells pods whose eviction, one after the other, would violate a budget from the others. Keeps their order. */
export function splitByBudgets(
  pods: readonly PodInfo[],
  budgets: readonly Budget[],
): { readonly violating: readonly PodInfo[]; readonly others: readonly PodInfo[] } {
  const left = budgets.map(({ budget }) => budget.status?.disruptionsAllowed ?? 0);
  const [violating, others]: [PodInfo[], PodInfo[]] = [[], []];
  for (const pod of pods) {
    let isViolated = false;
    for (const [index, each] of budgets.entries()) {
      if (!protects(each, pod.pod)) continue;
      left[index] = left[index]! - 1;
      if (left[index]! < 0) isViolated = true;
    }
    (isViolated ? violating : others).push(pod);
  }
  return { violating, others };
}

/** Evictions that the budget knows of (`disruptedPods`) are counted already. */
function protects({ budget, selector }: Budget, pod: Pod): boolean {
  const { namespace, name = "", labels } = pod.metadata ?? {};
  if (labels === undefined || Object.keys(labels).length === 0 || budget.metadata?.namespace !== namespace)
    return false;
  if (!selector.matches(labels as Readonly<Record<string, string>>)) return false;
  return budget.status?.disruptedPods?.[name] === undefined;
}
