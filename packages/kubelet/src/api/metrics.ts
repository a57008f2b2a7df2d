import { createMetricRegistry, type MetricOptions, type MetricRegistry, type Sample } from "@pinnace/metrics";
import type { HandlerContext } from "./handler-context.ts";
import { type NamedUsage, readUsage } from "./usage.ts";

const CONTAINER = ["container", "pod", "namespace"];
const POD = ["pod", "namespace"];

/** `/metrics/resource`: what the metrics server reads. Timestamps of samples are left to the scraper. */
export async function resourceMetrics(context: HandlerContext): Promise<string> {
  const usage = await readUsage(context);
  const registry = createMetricRegistry();
  const cpu = (one: NamedUsage): number => one.stats.cpuUsageCoreNanoSeconds / 1e9;
  const memory = (one: NamedUsage): number => one.stats.memoryWorkingSetBytes;
  const each = (type: "gauge" | "counter", name: string, help: string, value: (one: NamedUsage) => number): void =>
    collect(registry, type, { name, help, labelNames: CONTAINER }, () =>
      usage.map((one) => ({ value: value(one), labels: names(one) })),
    );
  const perPod = (type: "gauge" | "counter", name: string, help: string, value: (one: NamedUsage) => number): void =>
    collect(registry, type, { name, help, labelNames: POD }, () => podTotals(usage, value));
  const total = (type: "gauge" | "counter", name: string, help: string, value: (one: NamedUsage) => number): void =>
    collect(registry, type, { name, help }, () => [{ value: usage.reduce((sum, one) => sum + value(one), 0) }]);

  each(
    "counter",
    "container_cpu_usage_seconds_total",
    "[STABLE] Cumulative cpu time consumed by the container in core-seconds",
    cpu,
  );
  each("gauge", "container_memory_working_set_bytes", "[STABLE] Current working set of the container in bytes", memory);
  each(
    "gauge",
    "container_start_time_seconds",
    "[STABLE] Start time of the container since unix epoch in seconds",
    (one) => one.createdAt / 1000,
  );
  perPod(
    "counter",
    "pod_cpu_usage_seconds_total",
    "[STABLE] Cumulative cpu time consumed by the pod in core-seconds",
    cpu,
  );
  perPod("gauge", "pod_memory_working_set_bytes", "[STABLE] Current working set of the pod in bytes", memory);
  total(
    "counter",
    "node_cpu_usage_seconds_total",
    "[STABLE] Cumulative cpu time consumed by the node in core-seconds",
    cpu,
  );
  total("gauge", "node_memory_working_set_bytes", "[STABLE] Current working set of the node in bytes", memory);
  collect(
    registry,
    "gauge",
    {
      name: "resource_scrape_error",
      help: "[STABLE] 1 if there was an error while getting container metrics, 0 otherwise",
    },
    () => [{ value: 0 }],
  );
  return registry.expose();
}

/** `/metrics/cadvisor`: the metrics that dashboards use, with cAdvisor's labels. */
export async function cadvisorMetrics(context: HandlerContext): Promise<string> {
  const usage = await readUsage(context);
  const registry = createMetricRegistry();
  const labelNames = ["container", "id", "image", "name", "namespace", "pod"];
  const each = (type: "gauge" | "counter", name: string, help: string, value: (one: NamedUsage) => number): void =>
    collect(registry, type, { name, help, labelNames }, () =>
      usage.map((one) => ({ value: value(one), labels: cadvisorLabels(one) })),
    );
  each(
    "counter",
    "container_cpu_usage_seconds_total",
    "Cumulative cpu time consumed in seconds.",
    (one) => one.stats.cpuUsageCoreNanoSeconds / 1e9,
  );
  each(
    "gauge",
    "container_memory_working_set_bytes",
    "Current working set in bytes.",
    (one) => one.stats.memoryWorkingSetBytes,
  );
  each(
    "gauge",
    "container_memory_usage_bytes",
    "Current memory usage in bytes, including all memory regardless of when it was accessed",
    (one) => one.stats.memoryUsageBytes,
  );
  each("gauge", "container_memory_rss", "Size of RSS in bytes.", (one) => one.stats.memoryWorkingSetBytes);
  each(
    "gauge",
    "container_start_time_seconds",
    "Start time of the container since unix epoch in seconds.",
    (one) => one.createdAt / 1000,
  );
  return registry.expose();
}

/** `/metrics`: the kubelet's own metrics. */
export async function kubeletMetrics(context: HandlerContext, node: string): Promise<string> {
  const { runtime, metrics } = context.components;
  const registry = createMetricRegistry();
  const [sandboxes, containers] = await Promise.all([runtime.listPodSandboxes(), runtime.listContainers()]);
  collect(
    registry,
    "gauge",
    { name: "kubelet_node_name", help: "[ALPHA] The node's name. The count is always 1.", labelNames: ["node"] },
    () => [{ value: 1, labels: { node } }],
  );
  collect(
    registry,
    "gauge",
    { name: "kubelet_running_pods", help: "[ALPHA] Number of pods that have a running pod sandbox" },
    () => [{ value: sandboxes.filter(({ state }) => state === "READY").length }],
  );
  const states = new Map<string, number>();
  for (const { state } of containers) states.set(state.toLowerCase(), (states.get(state.toLowerCase()) ?? 0) + 1);
  collect(
    registry,
    "gauge",
    {
      name: "kubelet_running_containers",
      help: "[ALPHA] Number of containers currently running",
      labelNames: ["container_state"],
    },
    () => [...states].map(([state, value]) => ({ value, labels: { container_state: state } })),
  );
  return metrics.expose() + registry.expose();
}

function collect(
  registry: MetricRegistry,
  type: "gauge" | "counter",
  options: MetricOptions,
  read: () => Iterable<Sample>,
): void {
  registry.collect({ ...options, type }, read);
}

function names({ container, pod, namespace }: NamedUsage): Readonly<Record<string, string>> {
  return { container, pod, namespace };
}

function cadvisorLabels({
  container,
  pod,
  namespace,
  image,
  podUid,
  stats,
}: NamedUsage): Readonly<Record<string, string>> {
  return { container, id: `/kubepods/pod${podUid}/${stats.id}`, image, name: stats.id, namespace, pod };
}

function podTotals(usage: readonly NamedUsage[], value: (one: NamedUsage) => number): readonly Sample[] {
  const totals = new Map<string, { value: number; labels: Readonly<Record<string, string>> }>();
  for (const one of usage) {
    const { pod, namespace, podUid } = one;
    const total = totals.get(podUid) ?? { value: 0, labels: { pod, namespace } };
    total.value += value(one);
    totals.set(podUid, total);
  }
  return [...totals.values()];
}
