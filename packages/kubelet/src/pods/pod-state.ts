import type { ContainerRuntime, ContainerStatus, PodSandboxStatus } from "@pinnace/cri";
import { CONTAINER_NAME_LABEL } from "./runtime-labels.ts";

/** What the runtime has of one pod, newest first. */
export interface PodState {
  readonly sandboxes: readonly PodSandboxStatus[];
  readonly containers: readonly ContainerStatus[];
}

/** Asks the runtime for everything of a pod. */
export async function readPodState(runtime: ContainerRuntime, podUid: string): Promise<PodState> {
  const [sandboxes, containers] = await Promise.all([
    runtime.listPodSandboxes({ podUid }),
    runtime.listContainers({ podUid }),
  ]);
  const [sandboxStatuses, containerStatuses] = await Promise.all([
    Promise.all(sandboxes.map(({ id }) => runtime.podSandboxStatus(id))),
    Promise.all(containers.map(({ id }) => runtime.containerStatus(id))),
  ]);
  return {
    sandboxes: sandboxStatuses.sort(newestFirst),
    containers: containerStatuses.sort(newestFirst),
  };
}

function newestFirst(a: { createdAt: number; attempt: number }, b: { createdAt: number; attempt: number }): number {
  return b.createdAt - a.createdAt || b.attempt - a.attempt;
}

/** The instances of one container, newest first. */
export function instancesOf(state: PodState, name: string): readonly ContainerStatus[] {
  return state.containers.filter((container) => (container.labels[CONTAINER_NAME_LABEL] ?? container.name) === name);
}

export function latestOf(state: PodState, name: string): ContainerStatus | undefined {
  return instancesOf(state, name)[0];
}

export function runningContainers(state: PodState): readonly ContainerStatus[] {
  return state.containers.filter(({ state: containerState }) => containerState === "RUNNING");
}
