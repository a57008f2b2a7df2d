import type { Json } from "@pinnace/apimachinery";
import { age, type CellContext, name, since } from "../../tables/cell.ts";
import type { ContainerStatusView, PodView } from "./pod-view.ts";

interface Restarts {
  count: number;
  last: string;
}

interface Summary {
  reason: string;
  ready: number;
  restarts: Restarts;
}

/** The cells of a pod: NAME, READY, STATUS, RESTARTS, AGE, IP, NODE, NOMINATED NODE, READINESS GATES. */
export function podCells(pod: PodView, context: CellContext): Json[] {
  const summary = summarize(pod);
  const total =
    (pod.spec?.containers?.length ?? 0) +
    (pod.spec?.initContainers ?? []).filter((container) => container.restartPolicy === "Always").length;
  return [
    name(pod),
    `${summary.ready}/${total}`,
    summary.reason,
    restartsText(summary.restarts, context),
    age(pod, context),
    pod.status?.podIPs?.[0]?.ip || "<none>",
    pod.spec?.nodeName || "<none>",
    pod.status?.nominatedNodeName || "<none>",
    readinessGates(pod),
  ];
}

function restartsText(restarts: Restarts, context: CellContext): string {
  if (restarts.count === 0 || restarts.last === "") return String(restarts.count);
  return `${restarts.count} (${since(restarts.last, context)} ago)`;
}

function countRestarts(restarts: Restarts, status: ContainerStatusView): void {
  restarts.count += status.restartCount ?? 0;
  const finished = status.lastState?.terminated?.finishedAt ?? "";
  if (finished > restarts.last) restarts.last = finished;
}

/** STATUS, ready containers and restarts, by the rules of kubectl's printer. */
function summarize(pod: PodView): Summary {
  const phase = pod.status?.phase ?? "";
  const summary: Summary = {
    reason: pod.status?.reason || phase,
    ready: 0,
    restarts: { count: 0, last: "" },
  };
  const scheduled = condition(pod, "PodScheduled");
  if (scheduled?.reason === "SchedulingGated") summary.reason = "SchedulingGated";
  const sidecars: Restarts = { count: 0, last: "" };
  const initializing = summarizeInit(pod, summary, sidecars);
  if (!initializing || condition(pod, "Initialized")?.status === "True") {
    summary.restarts = sidecars;
    summarizeContainers(pod, summary);
  }
  if (pod.metadata?.deletionTimestamp) {
    if (pod.status?.reason === "NodeLost") summary.reason = "Unknown";
    else if (phase !== "Failed" && phase !== "Succeeded") summary.reason = "Terminating";
  }
  return summary;
}

/** True while an init container is not done; `reason` then says which. */
function summarizeInit(pod: PodView, summary: Summary, sidecars: Restarts): boolean {
  const specs = pod.spec?.initContainers ?? [];
  for (const [position, status] of (pod.status?.initContainerStatuses ?? []).entries()) {
    countRestarts(summary.restarts, status);
    const sidecar = specs.find((container) => container.name === status.name)?.restartPolicy === "Always";
    if (sidecar) countRestarts(sidecars, status);
    const { terminated, waiting } = status.state ?? {};
    if (terminated && (terminated.exitCode ?? 0) === 0) continue;
    if (sidecar && status.started) {
      if (status.ready) summary.ready++;
      continue;
    }
    if (terminated) summary.reason = `Init:${exitText(terminated)}`;
    else if (waiting?.reason && waiting.reason !== "PodInitializing") summary.reason = `Init:${waiting.reason}`;
    else summary.reason = `Init:${position}/${specs.length}`;
    return true;
  }
  return false;
}

function exitText(terminated: {
  readonly reason?: string;
  readonly signal?: number;
  readonly exitCode?: number;
}): string {
  if (terminated.reason) return terminated.reason;
  return terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode ?? 0}`;
}

function summarizeContainers(pod: PodView, summary: Summary): void {
  let running = false;
  let failure = "";
  for (const status of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    countRestarts(summary.restarts, status);
    const { terminated, waiting, running: isRunning } = status.state ?? {};
    if (waiting?.reason) summary.reason = waiting.reason;
    else if (terminated) {
      summary.reason = exitText(terminated);
      if (terminated.exitCode) failure = summary.reason;
    } else if (status.ready && isRunning) {
      running = true;
      summary.ready++;
    }
  }
  if (summary.reason !== "Completed") return;
  if (running && condition(pod, "Ready")?.status === "True") summary.reason = "Running";
  else if (failure) summary.reason = failure;
  else if (running) summary.reason = "NotReady";
}

function condition(pod: PodView, type: string): { readonly status?: string; readonly reason?: string } | undefined {
  return pod.status?.conditions?.find((each) => each.type === type);
}

function readinessGates(pod: PodView): string {
  const gates = pod.spec?.readinessGates ?? [];
  if (gates.length === 0) return "<none>";
  const met = gates.filter((gate) => condition(pod, gate.conditionType)?.status === "True").length;
  return `${met}/${gates.length}`;
}
