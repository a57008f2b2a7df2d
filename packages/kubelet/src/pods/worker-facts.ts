import type { Pod, PodStatus } from "@pinnace/api";
import { isTerminal } from "./pod-facts.ts";

/** Conditions that the kubelet owns; all others in a pod's status belong to somebody else. */
const OWN_CONDITIONS = new Set(["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady"]);

/** The pod with what the kubelet knows better than the API object: its own status, written or not. */
export function withOwnStatus(pod: Pod, own: PodStatus | undefined): Pod {
  if (own === undefined) return pod;
  const others = (pod.status?.conditions ?? []).filter(({ type }) => !OWN_CONDITIONS.has(type));
  return { ...pod, status: { ...pod.status, ...own, conditions: [...others, ...(own.conditions ?? [])] } };
}

/** Seconds that the containers of a pod get to end. */
export function gracePeriodOf(pod: Pod): number {
  return pod.metadata?.deletionGracePeriodSeconds ?? pod.spec?.terminationGracePeriodSeconds ?? 30;
}

/** The instant at which activeDeadlineSeconds ends the pod, or undefined. */
export function deadlineOf(pod: Pod): number | undefined {
  const seconds = pod.spec?.activeDeadlineSeconds;
  const start = pod.status?.startTime;
  return seconds === undefined || start === undefined ? undefined : Date.parse(start) + seconds * 1000;
}

/** Whether a newer object asks the kubelet for anything, or only carries back what it wrote itself. */
export function asksForWork(old: Pod, pod: Pod): boolean {
  const before = old.metadata ?? {};
  const after = pod.metadata ?? {};
  return (
    before.deletionTimestamp !== after.deletionTimestamp ||
    before.deletionGracePeriodSeconds !== after.deletionGracePeriodSeconds ||
    !sameText(before.labels, after.labels) ||
    !sameText(before.annotations, after.annotations) ||
    specChanged(old, pod) ||
    isTerminal(old) !== isTerminal(pod) ||
    gatesChanged(old, pod)
  );
}

/** Pods have a generation that counts changes of the spec; without one the specs are compared. */
function specChanged(old: Pod, pod: Pod): boolean {
  if (pod.metadata?.generation !== undefined) return old.metadata?.generation !== pod.metadata.generation;
  return !sameText(old.spec, pod.spec);
}

function gatesChanged(old: Pod, pod: Pod): boolean {
  const gates = pod.spec?.readinessGates ?? [];
  const statusOf = (one: Pod, type: string): string | undefined =>
    one.status?.conditions?.find((condition) => condition.type === type)?.status;
  return gates.some(({ conditionType }) => statusOf(old, conditionType) !== statusOf(pod, conditionType));
}

function sameText(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
