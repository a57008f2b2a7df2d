import type { Pod, PodDisruptionBudget, PodDisruptionBudgetStatus } from "@pinnace/api";
import { formatTime, scaledValue, timeOf } from "@pinnace/apimachinery";
import { findCondition, isPodActive, isPodReady } from "@pinnace/controller-runtime";

/** How long an evicted pod may take to show that it is being deleted, milliseconds. */
const DELETION_TIMEOUT = 120_000;

/** How many pods there should be, by the controllers above them; why that is not known otherwise. */
export type Scale = { readonly expected: number } | { readonly failure: string };

/**
 * The status of a budget. `scale` asks for the scale of the pods' controllers; it counts only where the budget needs it
 * (`maxUnavailable`, or a percentage).
 */
export function budgetStatus(
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  scale: () => Scale,
  now: number,
): PodDisruptionBudgetStatus {
  const counted = expectation(budget, pods, scale);
  const disrupted = stillDisrupted(budget, pods, now);
  const healthy = pods.filter((pod) => isPodActive(pod) && isPodReady(pod) && !(podName(pod) in disrupted)).length;
  const observedGeneration = budget.metadata?.generation ?? 0;
  if ("failure" in counted) {
    const condition = allowedCondition(budget, false, now, { reason: "SyncFailed", message: counted.failure });
    return {
      currentHealthy: budget.status?.currentHealthy ?? 0,
      desiredHealthy: budget.status?.desiredHealthy ?? 0,
      expectedPods: budget.status?.expectedPods ?? 0,
      disruptionsAllowed: 0,
      observedGeneration,
      conditions: [condition],
    };
  }
  const { expected, desired } = counted;
  const allowed = expected <= 0 ? 0 : Math.max(0, healthy - desired);
  return {
    currentHealthy: healthy,
    desiredHealthy: desired,
    expectedPods: expected,
    disruptionsAllowed: allowed,
    observedGeneration,
    ...(Object.keys(disrupted).length === 0 ? {} : { disruptedPods: disrupted }),
    conditions: [allowedCondition(budget, allowed > 0, now)],
  };
}

/** Milliseconds until a disrupted pod is given up that does not go; undefined when there is none. */
export function untilGivenUp(budget: PodDisruptionBudget, now: number): number | undefined {
  const times = Object.values(budget.status?.disruptedPods ?? {}).map((time) => timeOf(time) ?? now);
  return times.length === 0 ? undefined : Math.max(1, Math.min(...times) + DELETION_TIMEOUT - now);
}

function expectation(
  { spec }: PodDisruptionBudget,
  pods: readonly Pod[],
  scale: () => Scale,
): { readonly expected: number; readonly desired: number } | { readonly failure: string } {
  const { minAvailable, maxUnavailable } = spec ?? {};
  if (typeof minAvailable === "number") return { expected: pods.length, desired: minAvailable };
  if (minAvailable === undefined && maxUnavailable === undefined) return { expected: pods.length, desired: 0 };
  const counted = scale();
  if ("failure" in counted) return counted;
  const { expected } = counted;
  if (maxUnavailable !== undefined)
    return { expected, desired: Math.max(0, expected - (scaledValue(maxUnavailable, expected, "up") ?? 0)) };
  return { expected, desired: scaledValue(minAvailable ?? 0, expected, "up") ?? 0 };
}

/** Evicted pods that are there and show no sign of going yet; those that never will are given up. */
function stillDisrupted(
  { status }: PodDisruptionBudget,
  pods: readonly Pod[],
  now: number,
): Readonly<Record<string, string>> {
  const left: Record<string, string> = {};
  for (const [name, time] of Object.entries(status?.disruptedPods ?? {})) {
    const pod = pods.find((candidate) => podName(candidate) === name);
    if (pod === undefined || pod.metadata?.deletionTimestamp !== undefined) continue;
    if ((timeOf(time) ?? now) + DELETION_TIMEOUT > now) left[name] = time;
  }
  return left;
}

function allowedCondition(
  budget: PodDisruptionBudget,
  allowed: boolean,
  now: number,
  failure?: { readonly reason: string; readonly message: string },
): NonNullable<PodDisruptionBudgetStatus["conditions"]>[number] {
  const status = allowed ? "True" : "False";
  const before = findCondition(budget.status?.conditions, "DisruptionAllowed");
  const since = before?.status === status ? before.lastTransitionTime : undefined;
  return {
    type: "DisruptionAllowed",
    status,
    observedGeneration: budget.metadata?.generation ?? 0,
    lastTransitionTime: since ?? formatTime(now),
    reason: failure?.reason ?? (allowed ? "SufficientPods" : "InsufficientPods"),
    message: failure?.message ?? "",
  };
}

function podName({ metadata }: Pod): string {
  return metadata?.name ?? "";
}
