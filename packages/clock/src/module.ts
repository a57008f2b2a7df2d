import { ContainerModule } from "inversify";
import { CLOCK, type Clock } from "./clock.ts";
import { createRealClock } from "./real-clock.ts";
import { createVirtualClock } from "./stepped-clock.ts";
import { VIRTUAL_CLOCK, type VirtualClock, type VirtualClockOptions } from "./virtual-clock.ts";

/** Binds `CLOCK` to the machine's time. */
export const realClockModule: ContainerModule = new ContainerModule(({ bind }) => {
  bind<Clock>(CLOCK)
    .toResolvedValue(() => createRealClock())
    .inSingletonScope();
});

/** Binds `CLOCK` and `VIRTUAL_CLOCK` to one virtual clock. */
export function virtualClockModule(options: VirtualClockOptions = {}): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind<VirtualClock>(VIRTUAL_CLOCK)
      .toResolvedValue(() => createVirtualClock(options))
      .inSingletonScope();
    bind<Clock>(CLOCK)
      .toResolvedValue((clock: VirtualClock) => clock, [VIRTUAL_CLOCK])
      .inSingletonScope();
  });
}
