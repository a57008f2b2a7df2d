/**
 * The metrics contract, and a registry that writes the Prometheus text format 0.0.4. It is small and our own because it
 * also runs in a browser and because each component of a control plane needs a registry to itself.
 *
 * ```ts
 * import { createMetricRegistry } from "@pinnace/metrics";
 *
 * const registry = createMetricRegistry();
 * const requests = registry.counter({ name: "requests_total", help: "Requests.", labelNames: ["code"] });
 * requests.inc({ code: "200" });
 * registry.expose(); // # HELP requests_total Requests. ... requests_total{code="200"} 1
 * ```
 *
 * Errors: `METRIC_CONFLICT` when a name is registered again with other options.
 *
 * @packageDocumentation
 */
export type {
  Counter,
  Gauge,
  Histogram,
  Labels,
  MetricOptions,
  MetricRegistry,
  Sample,
} from "./metrics.ts";
export { createMetricRegistries, METRICS, type MetricRegistries } from "./registries.ts";
export { createMetricRegistry } from "./registry.ts";
