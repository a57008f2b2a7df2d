/**
 * The scheduler: it watches pods without a node, runs the plugins of the pod's profile over the nodes, and binds. What it
 * decides is the plugins' business; this package is the loop around them.
 *
 * ```ts
 * import { createScheduler, type Scheduler, type SchedulerDependencies } from "@pinnace/scheduler";
 *
 * export async function schedule(dependencies: SchedulerDependencies): Promise<Scheduler> {
 *   const scheduler = createScheduler({
 *     ...dependencies,
 *     config: {
 *       profiles: [{ schedulerName: "default-scheduler" }, { schedulerName: "packing", plugins: {} }],
 *       percentageOfNodesToScore: 0,
 *       podInitialBackoffSeconds: 1,
 *       podMaxBackoffSeconds: 10,
 *     },
 *   });
 *   await scheduler.start();
 *   return scheduler;
 * }
 * ```
 *
 * The configuration has the shape of `KubeSchedulerConfiguration` v1. Conditions, events and metrics carry
 * kube-scheduler's texts and names.
 *
 * @packageDocumentation
 */
export {
  DEFAULT_SCHEDULER_CONFIG,
  type KubeSchedulerConfigurationObject,
  type SchedulerConfig,
} from "./config.ts";
export {
  SchedulerConfigurationError,
  type SchedulerConfigurationErrorCode,
} from "./configuration/configuration-error.ts";
export { parseSchedulerConfiguration } from "./configuration/parse-configuration.ts";
export { EXPLAIN_ANNOTATION, EXPLANATION_ANNOTATION } from "./explain/annotation.ts";
export * from "./explain/explanation.ts";
export type { ExtenderConfig, ExtenderTls } from "./extenders/extender-config.ts";
export {
  type ExtenderTransport,
  type ExtenderTransportFactory,
  fetchTransport,
} from "./extenders/extender-transport.ts";
export { createScheduler, SCHEDULER, type Scheduler, type SchedulerDependencies } from "./scheduler.ts";
export { createSchedulingApi } from "./scheduling-api.ts";
export {
  createSchedulingEvents,
  type SchedulingEvent,
  type SchedulingEvents,
  type SchedulingEventsComponents,
} from "./scheduling-events.ts";
export type { MissingNodes } from "./whatif/missing-nodes.ts";
export type { WhatIfAnswer, WhatIfPlacement } from "./whatif/what-if-question.ts";
