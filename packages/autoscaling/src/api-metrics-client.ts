import { parseDuration, Quantity, StatusError, timeOf } from "@pinnace/apimachinery";
import type { Client } from "@pinnace/client";
import { messageOf } from "@pinnace/errors";
import { AutoscalingError } from "./autoscaling-error.ts";
import type { MetricQuery, MetricsClient, PodMetric, PodMetrics } from "./metrics-client.ts";

/** Milliseconds over which a custom metric counts when it does not say so. */
const DEFAULT_WINDOW = 60_000;

interface PodMetricsList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly timestamp: string;
    readonly window: string;
    readonly containers: readonly { readonly name: string; readonly usage: Readonly<Record<string, string>> }[];
  }[];
}

interface MetricValueList {
  readonly items: readonly {
    readonly describedObject?: { readonly name: string };
    readonly timestamp: string;
    readonly windowSeconds?: number | null;
    readonly value: string;
  }[];
}

/** Reads `metrics.k8s.io`, `custom.metrics.k8s.io` and `external.metrics.k8s.io`, as metrics servers add them. */
export function createApiMetricsClient(client: Client): MetricsClient {
  return {
    resourceMetric: async ({ resource, namespace, selector, container }) => {
      const api = { title: "resource", resource: "pods.metrics.k8s.io" };
      const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods?${query({ labelSelector: selector })}`;
      const { items } = await read<PodMetricsList>(client, path, api);
      if (items.length === 0)
        throw new AutoscalingError("METRICS_UNAVAILABLE", "no metrics returned from resource metrics API");
      return podUsage(items, resource, container);
    },
    podsMetric: async (wanted) => {
      const list = await custom(client, "pods", "*", wanted, { labelSelector: wanted.selector });
      return new Map(list.items.map((item) => [item.describedObject?.name ?? "", metricOf(item)]));
    },
    objectMetric: async ({ object, ...wanted }) => {
      const { items } = await custom(client, resourceOf(object), object.name, wanted, {});
      const [item] = items;
      if (item === undefined)
        throw new AutoscalingError("METRICS_UNAVAILABLE", "no metrics returned from custom metrics API");
      return Quantity.parse(item.value).milliValue();
    },
    externalMetric: async ({ namespace, metric, metricSelector }) => {
      const api = { title: "external", resource: `${metric}.external.metrics.k8s.io` };
      const path = `/apis/external.metrics.k8s.io/v1beta1/namespaces/${namespace}/${encodeURIComponent(metric)}`;
      const { items } = await read<MetricValueList>(client, `${path}?${query({ labelSelector: metricSelector })}`, api);
      if (items.length === 0)
        throw new AutoscalingError("METRICS_UNAVAILABLE", "no metrics returned from external metrics API");
      return items.map(({ value }) => Quantity.parse(value).milliValue());
    },
  };
}

/** `deployments.apps`, `services`: how the custom metrics API names an object's resource. */
function resourceOf({ apiVersion = "v1", kind }: { apiVersion?: string; kind: string }): string {
  const group = apiVersion.includes("/") ? `.${apiVersion.split("/")[0]}` : "";
  const lower = kind.toLowerCase();
  const plural = /(s|x|ch|sh)$/.test(lower) ? `${lower}es` : lower.replace(/([^aeiou])y$/, "$1ie").concat("s");
  return `${plural}${group}`;
}

async function custom(
  client: Client,
  resource: string,
  name: string,
  { namespace, metric, metricSelector }: MetricQuery,
  selectors: Readonly<Record<string, string>>,
): Promise<MetricValueList> {
  const text = query({ ...selectors, metricLabelSelector: metricSelector });
  const path = `/apis/custom.metrics.k8s.io/v1beta2/namespaces/${namespace}/${resource}/${name}/${encodeURIComponent(metric)}`;
  return read<MetricValueList>(client, `${path}?${text}`, { title: "custom", resource: "" });
}

async function read<T>(
  client: Client,
  path: string,
  { title, resource }: { readonly title: string; readonly resource: string },
): Promise<T> {
  try {
    const { object } = await client.raw({ path });
    return object as T;
  } catch (cause) {
    const reason = isAbsent(cause) ? absence(resource) : messageOf(cause);
    throw new AutoscalingError("METRICS_UNAVAILABLE", `unable to fetch metrics from ${title} metrics API: ${reason}`, {
      cause,
    });
  }
}

/** What upstream's clients say when nobody serves the API. */
function absence(resource: string): string {
  if (resource === "") return "no custom metrics API (custom.metrics.k8s.io) registered";
  return `the server could not find the requested resource (get ${resource})`;
}

/** The API is not served at all, rather than that it does not know the object. */
function isAbsent(error: unknown): boolean {
  if (!(error instanceof StatusError)) return false;
  const { code, details } = error.status;
  return code === 404 && !details?.name;
}

function query(parameters: Readonly<Record<string, string>>): string {
  return new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== "")).toString();
}

function podUsage(items: PodMetricsList["items"], resource: string, container: string | undefined): PodMetrics {
  const usage = new Map<string, PodMetric>();
  for (const { metadata, timestamp, window, containers } of items) {
    const wanted = containers.filter(({ name }) => container === undefined || name === container);
    const amounts = wanted.map((entry) => entry.usage[resource]);
    // Usage of a part of a pod is no usage of the pod.
    if (amounts.length === 0 || amounts.includes(undefined)) continue;
    const value = amounts.reduce((sum, amount) => sum + Quantity.parse(amount ?? "0").milliValue(), 0);
    usage.set(metadata.name, { value, timestamp: timeOf(timestamp) ?? 0, window: parseDuration(window) ?? 0 });
  }
  return usage;
}

function metricOf({ value, timestamp, windowSeconds }: MetricValueList["items"][number]): PodMetric {
  const window = windowSeconds ? windowSeconds * 1000 : DEFAULT_WINDOW;
  return { value: Quantity.parse(value).milliValue(), timestamp: timeOf(timestamp) ?? 0, window };
}
