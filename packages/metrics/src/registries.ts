import type { MetricRegistry } from "./metrics.ts";
import { createMetricRegistry } from "./registry.ts";

/** The DI token of the {@link MetricRegistries}. */
export const METRICS: unique symbol = Symbol.for("pinnace.metrics.registries") as never;

/** One registry per component of the process. */
export interface MetricRegistries {
  /** The registry of a component (`apiserver`, `scheduler`, `kubelet`, ...), made on first use. */
  component(name: string): MetricRegistry;
}

export function createMetricRegistries(): MetricRegistries {
  const registries = new Map<string, MetricRegistry>();
  return {
    component(name) {
      let registry = registries.get(name);
      if (registry === undefined) {
        registry = createMetricRegistry();
        registries.set(name, registry);
      }
      return registry;
    },
  };
}
