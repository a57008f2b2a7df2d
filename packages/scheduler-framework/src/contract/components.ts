import type { Pod } from "@pinnace/api";
import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";
import type { Clock } from "@pinnace/clock";
import type { Logger } from "@pinnace/logging";
import type { MetricRegistry } from "@pinnace/metrics";
import type { Background } from "./background.ts";
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
  /** Grows with every change of the objects of a type: what was made of them is good as long as it stays. Undefined: unknown. */
  version?<T extends KubernetesObject>(type: ResourceType<T>): number | undefined;
}

/** Writes that scheduling needs; each rejects with `StatusError`. */
export interface ClusterWriter {
  /** POST of the `binding` subresource. */
  bind(pod: Pod, nodeName: string): Promise<void>;
  /**
   * Evicts a pod for preemption: its `DisruptionTarget` condition is set, then it is deleted, and an event says for whom. A
   * victim that is gone already is no error.
   */
  preempt(victim: Pod, preemptor: Pod, nodeName: string): Promise<void>;
  /** POST of an object; its namespace and `generateName` are its own. */
  create<T extends KubernetesObject>(type: ResourceType<T>, object: T): Promise<T>;
  /** Deletes an object. One that is gone already is no error. */
  delete<T extends KubernetesObject>(type: ResourceType<T>, object: T): Promise<void>;
  /** Merge-patches any object. */
  patch<T extends KubernetesObject>(type: ResourceType<T>, object: T, patch: unknown, subresource?: string): Promise<T>;
}

/** Pods that Permit keeps waiting. */
export interface WaitingPods {
  list(): readonly WaitingPod[];
  /**
   * Gives up the attempt of a pod whose PreBind runs, with a reason; the pod is tried again after its back-off. False where
   * there is no such attempt (any more).
   */
  cancelPreBind?(uid: string, reason: string): boolean;
}

export interface WaitingPod {
  readonly pod: Pod;
  readonly nodeName: string;
  /** Says that `plugin` no longer waits; the last one lets the pod go on. */
  allow(plugin: string): void;
  /** The pod is unschedulable until something happens that `plugin` cares for. */
  reject(plugin: string, reason: string): void;
  /** The pod gives its place up to another one, and is tried again after its back-off. */
  preempt(plugin: string, reason: string): void;
}

/** A node as it would be with other pods on it. Changes stay within the trial. */
export interface NodeTrial {
  /** Takes a pod off the node. */
  remove(pod: PodInfo): Status;
  /** Puts a pod (back) on the node. */
  add(pod: PodInfo): Status;
  /** The profile's filters on the node as it is now, with and without the pods nominated to it that are at least as important. */
  fits(): Status;
}

/** Runs filters of the whole profile for a what-if, such as preemption. */
export interface FilterRunner {
  /** A trial of a node of the cycle's snapshot; undefined when it is not there. Only within the cycle's PostFilter. */
  trial(cycle: Cycle, nodeName: string): NodeTrial | undefined;
}

/** A node where a pod would fit without some of the pods on it. */
export interface PreemptionCandidate {
  readonly nodeName: string;
  /** Those that would have to leave; at least one. */
  readonly victims: readonly PodInfo[];
  /** How many of them are protected by a PodDisruptionBudget. */
  readonly violations: number;
}

/** Programs outside of the process that have a say in preemption (`preemptVerb` of an extender). */
export interface PreemptionAdvisor {
  /** Which candidates are left, with perhaps other victims. Rejects when a program that must not be ignored fails. */
  advise(
    pod: Pod,
    candidates: readonly PreemptionCandidate[],
    snapshot: Snapshot,
  ): Promise<readonly PreemptionCandidate[]>;
}

/** The queue of the scheduler, as far as plugins may touch it. */
export interface QueueAccess {
  /** Has a pod that waits tried at once, whatever it waits for; one that is being tried, again after its back-off. */
  activate(pod: Pod): void;
}

/** What a plugin has to say about a pod (`events.k8s.io/v1`). */
export interface PodEvent {
  readonly type: "Normal" | "Warning";
  /** `BindingConditionsPending`. */
  readonly reason: string;
  /** `Scheduling`. */
  readonly action: string;
  readonly note: string;
}

/** Tells people about pods. Never throws and never waits. */
export interface PodEvents {
  event(pod: Pod, event: PodEvent): void;
}

/** What the host gives a scheduler plugin. A plugin takes what it needs and nothing else of the process. */
export interface SchedulerComponents {
  readonly reader: ClusterReader;
  readonly writer: ClusterWriter;
  readonly waitingPods: WaitingPods;
  readonly filters: FilterRunner;
  readonly queue: QueueAccess;
  readonly background: Background;
  /** Absent when nobody outside has a say. */
  readonly preemption?: PreemptionAdvisor;
  readonly events: PodEvents;
  /** Where a plugin registers metrics of its own. Absent when nobody measures. */
  readonly metrics?: MetricRegistry;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Uniform in [0, 1); seeded on a virtual clock. */
  readonly random: () => number;
  /** The profile's `schedulerName`. */
  readonly schedulerName: string;
}
