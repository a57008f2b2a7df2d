import type { ContainerStatus, Pod, PodCondition } from "@pinnace/api";
import { initContainers, isSidecar, regularContainers } from "../pods/pod-facts.ts";

/** A condition without times: those depend on what was there before. */
interface ConditionResult {
  readonly type: string;
  readonly status: "True" | "False";
  readonly reason?: string;
  readonly message?: string;
}

/** What conditions are computed from. `statuses` holds those of init and regular containers. */
interface ConditionInputs {
  readonly pod: Pod;
  readonly phase: string;
  readonly initStatuses: readonly ContainerStatus[];
  readonly statuses: readonly ContainerStatus[];
  /** Whether the sandbox is there with its network. */
  readonly sandboxReady: boolean;
}

/** The conditions that a kubelet owns, in upstream's order. */
export function podConditions(inputs: ConditionInputs): readonly ConditionResult[] {
  const containersReady = containersReadyCondition(inputs);
  return [
    { type: "PodReadyToStartContainers", status: inputs.sandboxReady ? "True" : "False" },
    initializedCondition(inputs),
    readyCondition(inputs.pod, containersReady),
    containersReady,
  ];
}

function initializedCondition({ pod, phase, initStatuses, statuses }: ConditionInputs): ConditionResult {
  const type = "Initialized";
  const unknown: string[] = [];
  const incomplete: string[] = [];
  for (const container of initContainers(pod)) {
    const status = initStatuses.find(({ name }) => name === container.name);
    if (!status) unknown.push(container.name);
    else if (isSidecar(container) ? status.started !== true : !status.ready) incomplete.push(container.name);
  }
  if (phase === "Succeeded" && unknown.length === 0) return { type, status: "True", reason: "PodCompleted" };
  const anyStarted = statuses.some(
    ({ state, lastState }) => state?.running ?? state?.terminated ?? lastState?.terminated,
  );
  if (anyStarted || unknown.length + incomplete.length === 0) return { type, status: "True" };
  const message = unreadyMessage(unknown, incomplete, "incomplete");
  return { type, status: "False", reason: "ContainersNotInitialized", message };
}

function containersReadyCondition({ pod, phase, initStatuses, statuses }: ConditionInputs): ConditionResult {
  const type = "ContainersReady";
  if (phase === "Failed") return { type, status: "False", reason: "PodFailed" };
  const unknown: string[] = [];
  const unready: string[] = [];
  const all = [...initStatuses, ...statuses];
  for (const container of [...initContainers(pod).filter(isSidecar), ...regularContainers(pod)]) {
    const status = all.find(({ name }) => name === container.name);
    if (!status) unknown.push(container.name);
    else if (!status.ready) unready.push(container.name);
  }
  if (phase === "Succeeded" && unknown.length === 0) return { type, status: "False", reason: "PodCompleted" };
  if (unknown.length + unready.length === 0) return { type, status: "True" };
  const message = unreadyMessage(unknown, unready, "unready");
  return { type, status: "False", reason: "ContainersNotReady", message };
}

function readyCondition(pod: Pod, containersReady: ConditionResult): ConditionResult {
  if (containersReady.status !== "True") return { ...containersReady, type: "Ready" };
  const messages: string[] = [];
  for (const { conditionType } of pod.spec?.readinessGates ?? []) {
    const condition = pod.status?.conditions?.find(({ type }) => type === conditionType);
    if (!condition) messages.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    else if (condition.status !== "True")
      messages.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`);
  }
  if (messages.length === 0) return { type: "Ready", status: "True" };
  return { type: "Ready", status: "False", reason: "ReadinessGatesNotReady", message: messages.join(", ") };
}

function unreadyMessage(unknown: readonly string[], bad: readonly string[], word: string): string {
  const parts: string[] = [];
  if (unknown.length > 0) parts.push(`containers with unknown status: [${unknown.join(" ")}]`);
  if (bad.length > 0) parts.push(`containers with ${word} status: [${bad.join(" ")}]`);
  return parts.join(", ");
}

/** Puts times on conditions: `lastTransitionTime` changes with the status only. */
export function timed(
  results: readonly ConditionResult[],
  before: readonly PodCondition[],
  now: string,
  observedGeneration: number | undefined,
): readonly PodCondition[] {
  return results.map((result) => {
    const old = before.find(({ type }) => type === result.type);
    return {
      ...result,
      ...(observedGeneration === undefined ? {} : { observedGeneration }),
      lastProbeTime: null,
      lastTransitionTime: old?.status === result.status ? (old.lastTransitionTime ?? now) : now,
    };
  });
}
