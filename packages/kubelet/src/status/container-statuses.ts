import type { Container, ContainerState, ContainerStatus, Pod } from "@pinnace/api";
import type { ContainerStatus as RuntimeStatus } from "@pinnace/cri";
import { initContainers, isSidecar } from "../pods/pod-facts.ts";
import { instancesOf, type PodState } from "../pods/pod-state.ts";
import { restartAllowed } from "../pods/restart-policy.ts";
import { restartCountOf } from "../pods/runtime-labels.ts";
import { rfc3339 } from "./time-text.ts";

/** What is known of containers besides the runtime's word. */
export interface ContainerKnowledge {
  /** `containerd`, `simulation`: the scheme of container ids. */
  readonly runtimeName: string;
  /** Why a container was not started at the last try, by container name. */
  reason(container: string): { readonly reason: string; readonly message: string } | undefined;
  /** Whether its startup probe (if any) has succeeded, by container id. */
  started(containerId: string): boolean;
  /** Whether its readiness probe (if any) says so, by container id. */
  ready(containerId: string): boolean;
  /** Termination messages that were read from files, by container id. */
  terminationMessage(containerId: string): string | undefined;
}

/** The statuses of some containers of a pod, in the order of the spec. */
export function containerStatuses(
  pod: Pod,
  containers: readonly Container[],
  state: PodState,
  known: ContainerKnowledge,
): readonly ContainerStatus[] {
  const init = initContainers(pod);
  return containers.map((container) => {
    const plainInit = init.includes(container) && !isSidecar(container);
    return statusOf(pod, container, plainInit, instancesOf(state, container.name), known);
  });
}

function statusOf(
  pod: Pod,
  container: Container,
  plainInit: boolean,
  instances: readonly RuntimeStatus[],
  known: ContainerKnowledge,
): ContainerStatus {
  const [latest, previous] = instances;
  const waiting = known.reason(container.name);
  const base = baseStatus(container, latest, known);
  if (latest === undefined) return withoutInstance(pod, container, base, waiting);
  if (waiting && latest.state !== "RUNNING" && restartAllowed(pod, container, latest))
    return { ...base, state: { waiting }, lastState: stateOf(latest, known), ready: false, started: false };
  const running = latest.state === "RUNNING";
  const started = running && known.started(latest.id);
  return {
    ...base,
    state: stateOf(latest, known),
    lastState: previous ? stateOf(previous, known) : {},
    ready: plainInit ? latest.state === "EXITED" && latest.exitCode === 0 : started && known.ready(latest.id),
    started: plainInit ? running : started,
  };
}

function withoutInstance(
  pod: Pod,
  container: Container,
  base: ContainerStatus,
  waiting: { readonly reason: string; readonly message: string } | undefined,
): ContainerStatus {
  const reason = initContainers(pod).length > 0 ? "PodInitializing" : "ContainerCreating";
  const before = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])].find(
    ({ name }) => name === container.name,
  );
  const state: ContainerState = { waiting: waiting ?? { reason } };
  if (before?.state?.terminated && restartAllowed(pod, container, undefined) === false) return { ...before };
  return { ...base, state, lastState: {}, ready: false, started: false };
}

function baseStatus(
  container: Container,
  latest: RuntimeStatus | undefined,
  known: ContainerKnowledge,
): ContainerStatus {
  const resources = container.resources ?? {};
  const mounts = (container.volumeMounts ?? []).map(({ name, mountPath, readOnly }) => ({
    name,
    mountPath,
    ...(readOnly === true ? { readOnly: true, recursiveReadOnly: "Disabled" } : {}),
  }));
  const hasResources = resources.requests !== undefined || resources.limits !== undefined;
  return {
    name: container.name,
    ready: false,
    restartCount: latest ? restartCountOf(latest) : 0,
    image: latest?.image || container.image || "",
    imageID: latest?.imageRef ?? "",
    ...(latest ? { containerID: `${known.runtimeName}://${latest.id}` } : {}),
    ...(latest && resources.requests ? { allocatedResources: resources.requests } : {}),
    ...(latest ? { resources: hasResources ? resources : {} } : {}),
    ...(mounts.length === 0 ? {} : { volumeMounts: mounts }),
  };
}

function stateOf(status: RuntimeStatus, known: ContainerKnowledge): ContainerState {
  if (status.state === "RUNNING") return { running: { startedAt: rfc3339(status.startedAt || status.createdAt) } };
  if (status.state === "CREATED") return { waiting: { reason: "ContainerCreating" } };
  const message = known.terminationMessage(status.id) ?? status.message;
  const exit = {
    exitCode: status.exitCode,
    reason: status.reason || (status.exitCode === 0 ? "Completed" : "Error"),
    ...(message === "" ? {} : { message }),
    startedAt: status.startedAt === 0 ? null : rfc3339(status.startedAt),
    finishedAt: status.finishedAt === 0 ? null : rfc3339(status.finishedAt),
    containerID: `${known.runtimeName}://${status.id}`,
  };
  return { terminated: exit as NonNullable<ContainerState["terminated"]> };
}
