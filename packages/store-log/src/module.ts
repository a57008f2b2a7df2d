import { CLOCK, type Clock } from "@pinnace/clock";
import { LOGGER, type Logger } from "@pinnace/logging";
import { STORE, type Store } from "@pinnace/store";
import { ContainerModule } from "inversify";
import { type LogStoreOptions, openLogStore } from "./open-log-store.ts";

/** Binds `STORE` to the store of a directory; needs `CLOCK` and `LOGGER`. Get it with `container.getAsync(STORE)`. */
export function logStoreModule(options: Omit<LogStoreOptions, "clock" | "logger">): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind<Store>(STORE)
      .toResolvedValue((clock: Clock, logger: Logger) => openLogStore({ ...options, clock, logger }), [CLOCK, LOGGER])
      .inSingletonScope();
  });
}
