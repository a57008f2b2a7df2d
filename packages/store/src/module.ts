import { CLOCK, type Clock } from "@pinnace/clock";
import { ContainerModule } from "inversify";
import { createMemoryStore, type MemoryStoreOptions } from "./memory-store.ts";
import { STORE, type Store } from "./store.ts";

/** Binds `STORE` to a store in memory; needs `CLOCK`. */
export function memoryStoreModule(options: Omit<MemoryStoreOptions, "clock"> = {}): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind<Store>(STORE)
      .toResolvedValue((clock: Clock) => createMemoryStore({ ...options, clock }), [CLOCK])
      .inSingletonScope();
  });
}
