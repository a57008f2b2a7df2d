import type { Container, ContainerStatus, Pod } from "@pinnace/api";
import { initContainers, isSidecar, regularContainers } from "../pods/pod-facts.ts";

type PodPhase = "Pending" | "Running" | "Succeeded" | "Failed" | "Unknown";

/**
 * The phase of a pod by its containers. `terminal` says that the kubelet will start nothing any more (the pod is being
 * deleted or was evicted) and that all containers have stopped.
 */
export function podPhase(
  pod: Pod,
  initStatuses: readonly ContainerStatus[],
  statuses: readonly ContainerStatus[],
  terminal: boolean,
): PodPhase {
  const before = pod.status?.phase;
  if (before === "Failed" || before === "Succeeded") return before;
  const restart = pod.spec?.restartPolicy ?? "Always";
  if (!terminal) {
    const init = initPhase(pod, initStatuses, statuses);
    if (init) return init;
  }
  const count = tally(regularContainers(pod), statuses);
  if (terminal && count.running === 0)
    return count.stopped === count.succeeded && count.waiting === 0 ? "Succeeded" : "Failed";
  if (count.waiting > 0 || count.unknown > 0) return "Pending";
  if (count.running > 0) return "Running";
  if (count.stopped === 0) return "Pending";
  if (restart === "Always" && !everyContainerFinal(pod)) return "Running";
  if (count.stopped === count.succeeded) return "Succeeded";
  return restart === "Never" || everyContainerFinal(pod) ? "Failed" : "Running";
}

/** True when the containers' own policies (KEP-5307) say that none starts again whatever the pod's policy. */
function everyContainerFinal(pod: Pod): boolean {
  return regularContainers(pod).every(({ restartPolicy }) => restartPolicy === "Never");
}

function initPhase(
  pod: Pod,
  initStatuses: readonly ContainerStatus[],
  statuses: readonly ContainerStatus[],
): PodPhase | undefined {
  const started = statuses.some(({ state, lastState }) => state?.running ?? state?.terminated ?? lastState?.terminated);
  if (started) return undefined;
  for (const container of initContainers(pod)) {
    const status = initStatuses.find(({ name }) => name === container.name);
    if (isSidecar(container)) {
      if (status?.started !== true) return "Pending";
      continue;
    }
    const exit = status?.state?.terminated;
    if (!exit) return "Pending";
    if (exit.exitCode !== 0)
      return (container.restartPolicy ?? pod.spec?.restartPolicy) === "Never" ? "Failed" : "Pending";
  }
  return undefined;
}

interface Tally {
  running: number;
  /** Waiting, never having run. */
  waiting: number;
  /** Terminated, or waiting to be restarted. */
  stopped: number;
  succeeded: number;
  unknown: number;
}

function tally(containers: readonly Container[], statuses: readonly ContainerStatus[]): Tally {
  const count: Tally = { running: 0, waiting: 0, stopped: 0, succeeded: 0, unknown: 0 };
  for (const container of containers) {
    const status = statuses.find(({ name }) => name === container.name);
    const exit = status?.state?.terminated ?? status?.lastState?.terminated;
    if (!status) count.unknown += 1;
    else if (status.state?.running) count.running += 1;
    else if (exit) {
      count.stopped += 1;
      if (status.state?.terminated?.exitCode === 0) count.succeeded += 1;
    } else count.waiting += 1;
  }
  return count;
}
