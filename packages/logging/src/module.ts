import { ContainerModule } from "inversify";
import { LOGGER, type Logger } from "./logger.ts";

/** Binds {@link LOGGER} to a logger that the application made. */
export function loggingModule(logger: Logger): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind<Logger>(LOGGER).toConstantValue(logger);
  });
}
