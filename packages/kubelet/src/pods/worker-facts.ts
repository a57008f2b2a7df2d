import type { Pod, PodStatus } from "@pinnace/api";

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
