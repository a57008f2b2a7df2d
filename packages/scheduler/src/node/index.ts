/**
 * What the scheduler needs of Node: extenders over TLS with certificates of their own.
 *
 * ```ts
 * import { createScheduler, type SchedulerDependencies } from "@pinnace/scheduler";
 * import { nodeExtenderTransport } from "@pinnace/scheduler/node";
 *
 * export const scheduler = (dependencies: SchedulerDependencies) =>
 *   createScheduler({ ...dependencies, extenderTransport: nodeExtenderTransport });
 * ```
 *
 * @packageDocumentation
 */
export { nodeExtenderTransport } from "./extender-transport.ts";
