import type { ProfileConfig } from "@pinnace/scheduler-framework";
import { parseSchedulerConfiguration } from "./configuration/parse-configuration.ts";
import type { ExtenderConfig } from "./extenders/extender-config.ts";

/** How a scheduler works; `parseSchedulerConfiguration` makes it of a KubeSchedulerConfiguration. */
export interface SchedulerConfig {
  readonly profiles: readonly ProfileConfig[];
  /** Share of nodes that is scored, percent; 0 adapts to the number of nodes. */
  readonly percentageOfNodesToScore: number;
  readonly podInitialBackoffSeconds: number;
  readonly podMaxBackoffSeconds: number;
  /** Programs that are asked besides the plugins; those that may be ignored are asked last. */
  readonly extenders?: readonly ExtenderConfig[];
}

/** A KubeSchedulerConfiguration as an object. */
export interface KubeSchedulerConfigurationObject {
  readonly apiVersion: "kubescheduler.config.k8s.io/v1";
  readonly kind: "KubeSchedulerConfiguration";
  readonly [member: string]: unknown;
}

/** Either form of a configuration as the scheduler's own. Throws `SchedulerConfigurationError`. */
export function schedulerConfigOf(config: SchedulerConfig | KubeSchedulerConfigurationObject): SchedulerConfig {
  return "kind" in config ? parseSchedulerConfiguration(config) : config;
}

export const DEFAULT_SCHEDULER_CONFIG: SchedulerConfig = Object.freeze({
  profiles: Object.freeze([{ schedulerName: "default-scheduler" }]),
  percentageOfNodesToScore: 0,
  podInitialBackoffSeconds: 1,
  podMaxBackoffSeconds: 10,
});
