/**
 * The scheduler: it watches pods without a node, runs the plugins of the pod's profile over the nodes, and binds. What it
 * decides is the plugins' business; this package is the loop around them, its configuration, extenders, and the answers to
 * who asks why.
 *
 * ```ts
 * import { createScheduler, parseSchedulerConfiguration, type Scheduler, type SchedulerDependencies } from "@pinnace/scheduler";
 *
 * const CONFIGURATION = `
 * apiVersion: kubescheduler.config.k8s.io/v1
 * kind: KubeSchedulerConfiguration
 * profiles:
 * - schedulerName: default-scheduler
 * - schedulerName: packing
 *   pluginConfig:
 *   - name: NodeResourcesFit
 *     args: {scoringStrategy: {type: MostAllocated, resources: [{name: cpu, weight: 1}]}}
 * `;
 *
 * export async function schedule(dependencies: SchedulerDependencies): Promise<Scheduler> {
 *   const scheduler = createScheduler({ ...dependencies, config: parseSchedulerConfiguration(CONFIGURATION) });
 *   await scheduler.start();
 *   return scheduler; // scheduler.reconfigure(...) goes on with other profiles
 * }
 * ```
 *
 * Conditions, events and metrics carry kube-scheduler's texts and names. `createSchedulingApi` answers the API group
 * `scheduling.pinnace.dev/v1`: why a pod is on its node or on none, and what would fit. Error codes: see
 * `SchedulerConfigurationErrorCode`; profiles: `PLUGIN_NOT_FOUND`, `PLUGIN_CONFIG_INVALID`, `PLUGIN_CREATE_FAILED`,
 * `PLUGIN_POINT_MISSING`, `PROFILE_INVALID`; extenders: `EXTENDER_FAILED`, `EXTENDER_ANSWER`, `EXTENDER_TIMEOUT`,
 * `EXTENDER_TLS`.
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
export type { EvictedPod, WhatIfAnswer, WhatIfPlacement } from "./whatif/what-if-question.ts";
