import type { Pod, PodStatus } from "@pinnace/api";
import { sandboxNeed } from "../pods/pod-actions.ts";
import type { Verdict } from "../pods/pod-admission.ts";
import { ephemeralContainers, initContainers, isHostNetwork, regularContainers } from "../pods/pod-facts.ts";
import type { PodState } from "../pods/pod-state.ts";
import { podConditions, timed } from "./conditions.ts";
import { type ContainerKnowledge, containerStatuses } from "./container-statuses.ts";
import { podPhase } from "./phase.ts";
import { qosClass } from "./qos-class.ts";
import { rfc3339 } from "./time-text.ts";

interface StatusContext {
  readonly known: ContainerKnowledge;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly hostIPs: readonly string[];
  /** The kubelet starts nothing any more and everything has stopped. */
  readonly terminal: boolean;
  /** Set when the kubelet itself ended the pod (`Evicted`, `DeadlineExceeded`, `OutOfcpu`). */
  readonly verdict?: Verdict | undefined;
}

/** The whole status of a pod from its spec and what runs. `pod.status` is what was written last. */
export function podStatus(pod: Pod, state: PodState, context: StatusContext): PodStatus {
  const { known, now, hostIPs, verdict } = context;
  if (verdict?.rejected) return rejectedStatus(pod, verdict);
  const before = pod.status ?? {};
  const init = containerStatuses(pod, initContainers(pod), state, known);
  const statuses = containerStatuses(pod, regularContainers(pod), state, known);
  const ephemeral = containerStatuses(pod, ephemeralContainers(pod), state, known);
  const phase = verdict ? "Failed" : podPhase(pod, init, statuses, context.terminal);
  const sandboxReady = sandboxNeed(pod, state).attempt === undefined;
  const conditions = podConditions({ pod, phase, initStatuses: init, statuses, sandboxReady });
  const generation = pod.metadata?.generation;
  const ips = podIPs(pod, state, hostIPs);
  return {
    phase,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(verdict ? { reason: verdict.reason, message: verdict.message } : keep(before)),
    conditions: timed(conditions, before.conditions ?? [], rfc3339(now), generation),
    startTime: before.startTime ?? rfc3339(now),
    qosClass: qosClass(pod),
    ...(hostIPs.length === 0 ? {} : { hostIP: hostIPs[0] as string, hostIPs: hostIPs.map((ip) => ({ ip })) }),
    ...(ips.length === 0 ? {} : { podIP: ips[0] as string, podIPs: ips.map((ip) => ({ ip })) }),
    ...(init.length === 0 ? {} : { initContainerStatuses: init }),
    containerStatuses: statuses,
    ...(ephemeral.length === 0 ? {} : { ephemeralContainerStatuses: ephemeral }),
  };
}

function rejectedStatus(pod: Pod, { reason, message }: Verdict): PodStatus {
  const generation = pod.metadata?.generation;
  return {
    phase: "Failed",
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    reason,
    message: `Pod was rejected: ${message}`,
    qosClass: qosClass(pod),
  };
}

/** A reason that is there stays until the phase is final. */
function keep(before: PodStatus): Pick<PodStatus, "reason" | "message"> {
  return {
    ...(before.reason === undefined ? {} : { reason: before.reason }),
    ...(before.message === undefined ? {} : { message: before.message }),
  };
}

function podIPs(pod: Pod, state: PodState, hostIPs: readonly string[]): readonly string[] {
  if (isHostNetwork(pod)) return hostIPs;
  const sandbox = state.sandboxes.find(({ ips }) => ips.length > 0);
  return sandbox?.ips ?? (pod.status?.podIPs ?? []).map(({ ip }) => ip);
}
