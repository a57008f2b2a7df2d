import type { PluginSet, PointName } from "@pinnace/scheduler-framework";
import type { ExtenderTls } from "../extenders/extender-config.ts";

/** KubeSchedulerConfiguration of `kubescheduler.config.k8s.io/v1` as far as it is used here, after decoding. */
export interface KubeSchedulerConfiguration {
  readonly parallelism?: number;
  readonly leaderElection?: LeaderElection;
  readonly clientConnection?: { readonly burst?: number };
  readonly percentageOfNodesToScore?: number;
  readonly podInitialBackoffSeconds?: number;
  readonly podMaxBackoffSeconds?: number;
  readonly profiles?: readonly KubeSchedulerProfile[];
  readonly extenders?: readonly KubeExtender[];
}

export interface LeaderElection {
  readonly leaderElect?: boolean;
  /** Go durations. */
  readonly leaseDuration?: string;
  readonly renewDeadline?: string;
  readonly retryPeriod?: string;
  readonly resourceLock?: string;
}

export interface KubeSchedulerProfile {
  readonly schedulerName?: string;
  readonly percentageOfNodesToScore?: number;
  readonly plugins?: Partial<Record<PointName | "multiPoint", PluginSet>>;
  readonly pluginConfig?: readonly PluginArgs[];
}

export interface PluginArgs {
  readonly name: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

export interface KubeExtender {
  readonly urlPrefix?: string;
  readonly filterVerb?: string;
  readonly preemptVerb?: string;
  readonly prioritizeVerb?: string;
  readonly bindVerb?: string;
  readonly weight?: number;
  readonly enableHTTPS?: boolean;
  readonly tlsConfig?: ExtenderTls;
  /** A Go duration. */
  readonly httpTimeout?: string;
  readonly nodeCacheCapable?: boolean;
  readonly managedResources?: readonly { readonly name?: string; readonly ignoredByScheduler?: boolean }[];
  readonly ignorable?: boolean;
}
