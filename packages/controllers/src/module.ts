import { CLIENT_FACTORY, type ClientFactory, INFORMERS, type InformerFactory } from "@pinnace/client";
import { CLOCK, type Clock } from "@pinnace/clock";
import { type ControllerFactory, type ControllerManager, createControllerManager } from "@pinnace/controller-runtime";
import { LOGGER, type Logger } from "@pinnace/logging";
import { METRICS, type MetricRegistries } from "@pinnace/metrics";
import { ContainerModule } from "inversify";

/** The DI token of a {@link ControllerFactory}; bind it once for each controller that is to run. */
export const CONTROLLER: unique symbol = Symbol.for("pinnace.controllers.controller") as never;

/** The DI token of the {@link ControllerManager}. */
export const CONTROLLER_MANAGER: unique symbol = Symbol.for("pinnace.controllers.manager") as never;

/** Binds each of `factories` to `CONTROLLER`, and `CONTROLLER_MANAGER` to a manager of all that are bound. */
export function controllersModule(factories: readonly ControllerFactory[], random: () => number): ContainerModule {
  return new ContainerModule(({ bind }) => {
    for (const factory of factories) bind(CONTROLLER).toConstantValue(factory);
    bind<ControllerManager>(CONTROLLER_MANAGER)
      .toResolvedValue(
        (
          bound: ControllerFactory[],
          clients: ClientFactory,
          informers: InformerFactory,
          clock: Clock,
          logger: Logger,
          metrics: MetricRegistries,
        ) =>
          createControllerManager({
            factories: bound,
            clients,
            informers,
            clock,
            logger,
            metrics: metrics.component("kube-controller-manager"),
            random,
          }),
        [{ isMultiple: true, serviceIdentifier: CONTROLLER }, CLIENT_FACTORY, INFORMERS, CLOCK, LOGGER, METRICS],
      )
      .inSingletonScope();
  });
}
