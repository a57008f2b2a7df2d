import { ContainerModule } from "inversify";
import { createMetricRegistries, METRICS, type MetricRegistries } from "./registries.ts";

/** Binds {@link METRICS}. */
export const metricsModule: ContainerModule = new ContainerModule(({ bind }) => {
  bind<MetricRegistries>(METRICS)
    .toResolvedValue(() => createMetricRegistries(), [])
    .inSingletonScope();
});
