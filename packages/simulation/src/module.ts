import { CLIENT_FACTORY, type ClientFactory, INFORMERS, type InformerFactory } from "@pinnace/client";
import { CLOCK, type Clock } from "@pinnace/clock";
import { LOGGER, type Logger } from "@pinnace/logging";
import { createMetricRegistry } from "@pinnace/metrics";
import { ContainerModule } from "inversify";
import { createSimulatedNodes, SIMULATED_NODES, type SimulatedNodesOptions } from "./simulated-nodes.ts";

/** Binds `SIMULATED_NODES`; whoever starts the cluster starts and stops them. `random`: uniform in [0, 1). */
export function simulationModule(options: SimulatedNodesOptions, random: () => number): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(SIMULATED_NODES)
      .toResolvedValue(
        (clients: ClientFactory, informers: InformerFactory, clock: Clock, logger: Logger) =>
          createSimulatedNodes({ clients, informers, clock, logger, metrics: createMetricRegistry(), random }, options),
        [CLIENT_FACTORY, INFORMERS, CLOCK, LOGGER],
      )
      .inSingletonScope();
  });
}
