import { CLOCK, type Clock } from "@pinnace/clock";
import { LOGGER, type Logger } from "@pinnace/logging";
import { STORE, type Store } from "@pinnace/store";
import { ContainerModule } from "inversify";
import { type EtcdStoreOptions, openEtcdStore } from "./open-etcd-store.ts";

/** Binds `STORE` to a store on etcd; needs `CLOCK` and `LOGGER`. Get it with `container.getAsync(STORE)`. */
export function etcdStoreModule(options: Omit<EtcdStoreOptions, "clock" | "logger">): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind<Store>(STORE)
      .toResolvedValue((clock: Clock, logger: Logger) => openEtcdStore({ ...options, clock, logger }), [CLOCK, LOGGER])
      .inSingletonScope();
  });
}
