import type { Container, Pod } from "@pinnace/api";
import type { ContainerStatus } from "@pinnace/cri";
import { ephemeralContainers, initContainers, isHostNetwork, isSidecar, regularContainers } from "./pod-facts.ts";
import { instancesOf, latestOf, type PodState } from "./pod-state.ts";
import { restartAllowed } from "./restart-policy.ts";
import { containerHash, hashOf } from "./runtime-labels.ts";

/** A running container that must go, and what its Killing event says. */
export interface Kill {
  readonly container: Container;
  readonly id: string;
  readonly message: string;
}

/** What has to be done to bring a pod closer to its spec. Decided without I/O. */
export interface PodActions {
  /** Everything of the pod is stopped first: there is no usable sandbox, or all containers have finished. */
  readonly killPod: boolean;
  /** `attempt` of the sandbox to make, or undefined. */
  readonly sandboxAttempt: number | undefined;
  readonly kills: readonly Kill[];
  /** Containers to start, in this order. */
  readonly starts: readonly Container[];
}

/** What probes say of running containers, by container id. */
export interface ProbeVerdicts {
  /** `liveness` or `startup` when that probe has failed for good, so that the container must be restarted. */
  failed(containerId: string): "liveness" | "startup" | undefined;
  /** Whether the container has started: its startup probe has succeeded or it has none. */
  started(containerId: string): boolean;
}

const NOTHING: PodActions = Object.freeze({ killPod: false, sandboxAttempt: undefined, kills: [], starts: [] });

/** Compares the pod with what runs. Idempotent: called again after each step until there is nothing to do. */
export function computePodActions(pod: Pod, state: PodState, probes: ProbeVerdicts): PodActions {
  const sandbox = sandboxNeed(pod, state);
  if (sandbox.attempt !== undefined) return freshSandbox(pod, state, sandbox.attempt);
  const kills: Kill[] = [];
  const starts: Container[] = ephemeralContainers(pod).filter(({ name }) => latestOf(state, name) === undefined);
  const initialized = initActions(pod, state, probes, kills, starts);
  if (!initialized) return { ...NOTHING, kills, starts };
  let kept = 0;
  for (const container of regularContainers(pod))
    if (containerAction(pod, state, probes, container, kills, starts) === "keep") kept += 1;
  const regularStarts = starts.some((container) => regularContainers(pod).includes(container));
  if (kept === 0 && !regularStarts) return { ...NOTHING, killPod: true };
  return { ...NOTHING, kills, starts };
}

/** Whether a new sandbox is needed (KEP-1287 rules of upstream's podSandboxChanged), and its attempt. */
export function sandboxNeed(pod: Pod, state: PodState): { readonly attempt: number | undefined } {
  const [latest] = state.sandboxes;
  if (latest === undefined) return { attempt: 0 };
  const ready = state.sandboxes.filter((sandbox) => sandbox.state === "READY");
  if (ready.length > 1 || latest.state !== "READY") return { attempt: latest.attempt + 1 };
  if (!isHostNetwork(pod) && latest.ips.length === 0) return { attempt: latest.attempt + 1 };
  return { attempt: undefined };
}

function freshSandbox(pod: Pod, state: PodState, attempt: number): PodActions {
  const wanted = regularContainers(pod).filter((container) =>
    restartAllowed(pod, container, latestOf(state, container.name)),
  );
  if (wanted.length === 0) return { ...NOTHING, killPod: true };
  const [first] = initContainers(pod);
  if (first) return { ...NOTHING, killPod: true, sandboxAttempt: attempt, starts: [first] };
  return { ...NOTHING, killPod: true, sandboxAttempt: attempt, starts: wanted };
}

/** Adds what init containers need; true when regular containers may start. */
function initActions(pod: Pod, state: PodState, probes: ProbeVerdicts, kills: Kill[], starts: Container[]): boolean {
  const inits = initContainers(pod);
  if (inits.length === 0) return true;
  const regularSeen = regularContainers(pod).some(({ name }) => latestOf(state, name) !== undefined);
  for (const container of inits) {
    if (isSidecar(container)) {
      const action = containerAction(pod, state, probes, container, kills, starts);
      const latest = latestOf(state, container.name);
      const started = action === "keep" && latest !== undefined && probes.started(latest.id);
      if (!started && !regularSeen) return false;
      continue;
    }
    if (regularSeen || succeeded(state, container)) continue;
    const latest = latestOf(state, container.name);
    if (latest?.state !== "RUNNING" && restartAllowed(pod, container, latest)) starts.push(container);
    return false;
  }
  return true;
}

function succeeded(state: PodState, container: Container): boolean {
  return instancesOf(state, container.name).some((one) => one.state === "EXITED" && one.exitCode === 0);
}

function containerAction(
  pod: Pod,
  state: PodState,
  probes: ProbeVerdicts,
  container: Container,
  kills: Kill[],
  starts: Container[],
): "keep" | "start" | "done" {
  const latest = latestOf(state, container.name);
  if (latest?.state !== "RUNNING") {
    if (!restartAllowed(pod, container, latest)) return "done";
    if (latest?.state === "UNKNOWN") kills.push(unknownKill(container, latest));
    starts.push(container);
    return "start";
  }
  const reason = reasonToRestart(container, latest, probes);
  if (reason === undefined) return "keep";
  const restart = reason.changed || restartAllowed(pod, container, { exitCode: 137, state: "EXITED" });
  const message = `${reason.text}${restart ? ", will be restarted" : ""}`;
  kills.push({ container, id: latest.id, message });
  if (restart) starts.push(container);
  return restart ? "start" : "keep";
}

function unknownKill(container: Container, latest: ContainerStatus): Kill {
  return {
    container,
    id: latest.id,
    message: `Container is in "Unknown" state, try killing it before restart`,
  };
}

function reasonToRestart(
  container: Container,
  latest: ContainerStatus,
  probes: ProbeVerdicts,
): { readonly text: string; readonly changed: boolean } | undefined {
  const hash = hashOf(latest);
  if (hash !== undefined && hash !== containerHash(container))
    return { text: `Container ${container.name} definition changed`, changed: true };
  const failed = probes.failed(latest.id);
  return failed && { text: `Container ${container.name} failed ${failed} probe`, changed: false };
}
