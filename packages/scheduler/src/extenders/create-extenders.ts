import type { Clock } from "@pinnace/clock";
import type { Extender } from "./extender.ts";
import type { ExtenderConfig } from "./extender-config.ts";
import type { ExtenderTransportFactory } from "./extender-transport.ts";
import { createHttpExtender } from "./http-extender.ts";

/** The extenders of a configuration in the order in which they are asked: those that may be ignored come last. */
export function createExtenders(
  configs: readonly ExtenderConfig[],
  transportOf: ExtenderTransportFactory,
  clock: Clock,
): readonly Extender[] {
  const extenders = configs.map((config) => createHttpExtender(config, transportOf(config), clock));
  return [...extenders.filter(({ ignorable }) => !ignorable), ...extenders.filter(({ ignorable }) => ignorable)];
}
