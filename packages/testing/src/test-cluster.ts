import type { Event } from "@pinnace/api";
import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";
import type { Clock, VirtualClock } from "@pinnace/clock";
import type { Cluster, ClusterOptions } from "@pinnace/cluster";
import type { HistoryEntry } from "./history.ts";

/** How a test cluster is made; everything else is as for `startCluster`. */
export interface TestClusterOptions extends Omit<ClusterOptions, "clock" | "random"> {
  /** `virtual`: time stands still until the test moves it. Default `real`. */
  readonly clock?: "real" | "virtual" | Clock;
  /** Names, uids, addresses and ties follow from it. Default 1 on a virtual clock; on the real one nothing is seeded. */
  readonly seed?: number | string;
  /** False: {@link TestCluster.history} stays empty and nothing is kept for it. Default true. */
  readonly history?: boolean;
}

/** {@link TestClusterOptions} of a cluster whose time the test moves. */
export interface VirtualTestClusterOptions extends Omit<TestClusterOptions, "clock"> {
  readonly clock: "virtual";
}

/** Objects to choose: those of a namespace (default `default`) that have the labels. */
export interface Selection {
  readonly namespace?: string;
  /** `app=web,tier!=cache`; default: all. */
  readonly labelSelector?: string;
}

export interface WaitOptions {
  /** Milliseconds on the cluster's clock. Default: 10,000 on the real one, 3,600,000 (one hour) on a virtual one. */
  readonly timeout?: number;
}

/** A cluster with what makes a test short. */
export interface TestCluster extends Cluster, AsyncDisposable {
  /**
   * Server-side apply (field manager `testing`, forced) of YAML with any number of documents, of an object, or of several.
   * Namespaced objects without a namespace go to `default`. Resolves with what the API answered, in the same order.
   * Rejects with `INVALID_MANIFEST`, `UNKNOWN_KIND` or the API's `StatusError`.
   */
  apply<T extends KubernetesObject = KubernetesObject>(
    manifests: string | KubernetesObject | readonly KubernetesObject[],
  ): Promise<T[]>;
  /**
   * Waits until an object (`web`, or `other/web` in another namespace) exists and the predicate holds for it (default: any). Driven by a
   * watch; on a virtual clock it moves time from timer to timer, no further than needed. Rejects with `TIMEOUT`, and with
   * what the predicate throws.
   */
  waitFor<T extends KubernetesObject>(
    type: ResourceType<T>,
    name: string,
    predicate?: (object: T) => boolean,
    options?: WaitOptions,
  ): Promise<T>;
  /** The same for all selected objects together; default predicate: there is at least one. */
  waitFor<T extends KubernetesObject>(
    type: ResourceType<T>,
    selection: Selection,
    predicate?: (objects: readonly T[]) => boolean,
    options?: WaitOptions,
  ): Promise<readonly T[]>;
  /** Waits until there is no such object. */
  waitForDeletion(type: ResourceType<KubernetesObject>, name: string, options?: WaitOptions): Promise<void>;
  /** Events (core/v1), oldest first, of all namespaces or of one. */
  events(namespace?: string): Promise<readonly Event[]>;
  /** Every change of every object since before the API server started, in the order in which they happened. */
  history(): readonly HistoryEntry[];
  /**
   * Another cluster with the same objects, revision and time, that goes its own way from here: to try several things from
   * one state. The objects are shared, not copied; API server, controllers, scheduler and nodes start anew, as after a
   * restart of all of them, with the same options. Its history begins with it. Stop it like any other. Rejects with
   * `NO_FORK`.
   */
  fork(): Promise<TestCluster>;
}

/** A {@link TestCluster} on a virtual clock. */
export interface VirtualTestCluster extends TestCluster {
  readonly clock: VirtualClock;
  /** Moves time by milliseconds and lets everything happen that falls due. */
  advance(milliseconds: number): Promise<void>;
  /** The same with a duration: `90s`, `1h30m`. Rejects with `INVALID_DURATION`. */
  runFor(duration: string): Promise<void>;
  /** The fork has a clock of its own, which stands at the same instant. */
  fork(): Promise<VirtualTestCluster>;
}
