import type { Pod } from "@pinnace/api";
import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";
import type { Clock } from "@pinnace/clock";
import type { Logger } from "@pinnace/logging";
import type { PodInfo, Snapshot } from "./node-info.ts";
import type { Cycle } from "./points.ts";
import type { Status } from "./status.ts";

/** The type of scheduler plugins and the version of this contract, for `definePlugin` and the loader. */
export const SCHEDULER_PLUGIN_TYPE = "pinnace.scheduler.v1";
export const SCHEDULER_API_VERSION = "1.0.0";

/** Reads caches of the cluster: frozen objects, perhaps a moment old. */
export interface ClusterReader {
  /** An object by `namespace/name` (or `name`). */
  get<T extends KubernetesObject>(type: ResourceType<T>, key: string): T | undefined;
  list<T extends KubernetesObject>(type: ResourceType<T>, namespace?: string): readonly T[];
}

/** Writes that scheduling needs; each rejects with `StatusError`. */
export interface ClusterWriter {
  /** POST of the `binding` subresource. */
  bind(pod: Pod, nodeName: string): Promise<void>;
  /** Evicts a pod for preemption: its `DisruptionTarget` condition is set, then it is deleted. */
  preempt(victim: Pod, preemptor: Pod): Promise<void>;
  /** Merge-patches any object. */
  patch<T extends KubernetesObject>(type: ResourceType<T>, object: T, patch: unknown, subresource?: string): Promise<T>;
}

/** Pods that Permit keeps waiting. */
export interface WaitingPods {
  list(): readonly WaitingPod[];
}

export interface WaitingPod {
  readonly pod: Pod;
  readonly nodeName: string;
  /** Says that `plugin` no longer waits; the last one lets the pod go on. */
  allow(plugin: string): void;
  reject(plugin: string, reason: string): void;
}

/** Runs filters of the whole profile for a what-if: preemption and nominations. */
export interface FilterRunner {
  /** The filters on a node that lost `removed` and got `added`; nominated pods of at least the pod's priority are counted in. */
  fits(
    cycle: Cycle,
    nodeName: string,
    change: { readonly removed: readonly PodInfo[]; readonly added: readonly PodInfo[] },
  ): Status;
  snapshot(): Snapshot;
}

/** What the host gives a scheduler plugin. A plugin takes what it needs and nothing else of the process. */
export interface SchedulerComponents {
  readonly reader: ClusterReader;
  readonly writer: ClusterWriter;
  readonly waitingPods: WaitingPods;
  readonly filters: FilterRunner;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Uniform in [0, 1); seeded on a virtual clock. */
  readonly random: () => number;
  /** The profile's `schedulerName`. */
  readonly schedulerName: string;
}
