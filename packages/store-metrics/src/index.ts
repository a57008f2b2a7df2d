/**
 * Measures any `Store`, with the names that upstream has for what it asks of etcd: `etcd_request_duration_seconds`,
 * `etcd_requests_total`, `etcd_request_errors_total`, `apiserver_storage_events_received_total`. Dashboards for
 * Kubernetes find them there, whatever the engine is.
 *
 * ```ts
 * import { createRealClock } from "@pinnace/clock";
 * import { createMetricRegistry } from "@pinnace/metrics";
 * import { createMemoryStore } from "@pinnace/store";
 * import { createMeasuredStore } from "@pinnace/store-metrics";
 *
 * const clock = createRealClock();
 * const registry = createMetricRegistry();
 * const store = createMeasuredStore(createMemoryStore({ clock }), {
 *   ...{ registry, clock },
 *   resourceOf: (key) => ({ group: "", resource: key.split("/")[2] ?? "" }),
 * });
 * await store.read("/registry/pods/default/web");
 * console.log(registry.expose()); // etcd_requests_total{operation="get",group="",resource="pods"} 1 ...
 * ```
 *
 * @packageDocumentation
 */
export { createMeasuredStore, type MeasuredStoreOptions } from "./measured-store.ts";
