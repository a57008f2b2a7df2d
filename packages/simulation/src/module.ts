import { CLIENT_FACTORY, type ClientFactory, INFORMERS, type InformerFactory } from "@pinnace/client";
import { CLOCK, type Clock } from "@pinnace/clock";
import type { StreamServer } from "@pinnace/kubelet";
import { LOGGER, type Logger } from "@pinnace/logging";
import { createMetricRegistry } from "@pinnace/metrics";
import { ContainerModule } from "inversify";
import { createSimulatedNodes, SIMULATED_NODES, type SimulatedNodesOptions } from "./simulated-nodes.ts";

/**
 * Binds `SIMULATED_NODES`; whoever starts the cluster starts and stops them. `random`: uniform in [0, 1). `streams`
 * serves exec, attach and port-forward where the API has a port.
 */
export function simulationModule(
  options: SimulatedNodesOptions,
  random: () => number,
  streams?: StreamServer,
): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(SIMULATED_NODES)
      .toResolvedValue(
        (clients: ClientFactory, informers: InformerFactory, clock: Clock, logger: Logger) =>
          createSimulatedNodes(
            {
              ...{ clients, informers, clock, logger, random },
              metrics: createMetricRegistry(),
              ...(streams === undefined ? {} : { streams }),
            },
            options,
          ),
        [CLIENT_FACTORY, INFORMERS, CLOCK, LOGGER],
      )
      .inSingletonScope();
  });
}
