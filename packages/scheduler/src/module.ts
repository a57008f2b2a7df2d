import { CLIENT_FACTORY, type ClientFactory, INFORMERS, type InformerFactory } from "@pinnace/client";
import { CLOCK, type Clock } from "@pinnace/clock";
import { LOGGER, type Logger } from "@pinnace/logging";
import { METRICS, type MetricRegistries } from "@pinnace/metrics";
import type { PluginRegistry } from "@pinnace/plugin";
import { ContainerModule } from "inversify";
import type { KubeSchedulerConfigurationObject, SchedulerConfig } from "./config.ts";
import type { ExtenderTransportFactory } from "./extenders/extender-transport.ts";
import { createScheduler, SCHEDULER } from "./scheduler.ts";
import { createSchedulingEvents } from "./scheduling-events.ts";

export interface SchedulerModuleOptions {
  readonly plugins: PluginRegistry;
  readonly random: () => number;
  readonly config?: SchedulerConfig | KubeSchedulerConfigurationObject;
  /** How extenders are reached; default: `fetch`. */
  readonly extenderTransport?: ExtenderTransportFactory;
}

/** As whom a scheduler speaks to the API server. */
const IDENTITY = {
  program: "kube-scheduler",
  user: { name: "system:kube-scheduler", groups: ["system:authenticated"] },
} as const;

/** Binds `SCHEDULER`. Needs `CLIENT_FACTORY`, `INFORMERS`, `CLOCK`, `LOGGER` and `METRICS`. */
export function schedulerModule(options: SchedulerModuleOptions): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(SCHEDULER)
      .toResolvedValue(
        (
          clients: ClientFactory,
          informers: InformerFactory,
          clock: Clock,
          logger: Logger,
          metrics: MetricRegistries,
        ) => {
          const client = clients.client(IDENTITY);
          const events = createSchedulingEvents({ client, clock, logger, controller: "default-scheduler" });
          return createScheduler({
            ...options,
            client,
            informers,
            clock,
            events,
            logger,
            metrics: metrics.component("scheduler"),
          });
        },
        [CLIENT_FACTORY, INFORMERS, CLOCK, LOGGER, METRICS],
      )
      .inSingletonScope();
  });
}
