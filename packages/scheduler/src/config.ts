import type { ProfileConfig } from "@pinnace/scheduler-framework";

/** What can be configured (kubescheduler.config.k8s.io/v1 KubeSchedulerConfiguration). */
export interface SchedulerConfig {
  readonly profiles: readonly ProfileConfig[];
  /** Share of nodes that is scored, percent; 0 adapts to the number of nodes. */
  readonly percentageOfNodesToScore: number;
  readonly podInitialBackoffSeconds: number;
  readonly podMaxBackoffSeconds: number;
}

export const DEFAULT_SCHEDULER_CONFIG: SchedulerConfig = Object.freeze({
  profiles: Object.freeze([{ schedulerName: "default-scheduler" }]),
  percentageOfNodesToScore: 0,
  podInitialBackoffSeconds: 1,
  podMaxBackoffSeconds: 10,
});
