import type { Node, Pod } from "@pinnace/api";
import type { Resources } from "./resources.ts";

/** A pod with what plugins would otherwise compute again and again. Immutable. */
export interface PodInfo {
  readonly pod: Pod;
  /** Effective request: containers summed, init containers by maximum (sidecars added), overhead, pod-level resources. */
  readonly requests: Resources;
  /** Request with the defaults for pods that ask for nothing (100m, 200Mi per container), as scores use it. */
  readonly nonZeroRequests: Resources;
  readonly hasAffinity: boolean;
  readonly hasRequiredAntiAffinity: boolean;
  readonly hostPorts: readonly HostPort[];
}

export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

/**
 * A node with the pods that are on it or assumed to be. A snapshot's infos are immutable and shared by all plugins of a
 * cycle; preemption works on copies that the runtime makes.
 */
export interface NodeInfo {
  readonly node: Node;
  readonly name: string;
  /** Grows whenever anything below changes: an unchanged generation means an unchanged node. */
  readonly generation: number;
  readonly pods: readonly PodInfo[];
  readonly podsWithAffinity: readonly PodInfo[];
  readonly podsWithRequiredAntiAffinity: readonly PodInfo[];
  readonly requested: Resources;
  readonly nonZeroRequested: Resources;
  readonly allocatable: Resources;
  readonly allowedPods: number;
  readonly usedPorts: readonly HostPort[];
  /** Bytes by image name (all names of an image). */
  readonly images: ReadonlyMap<string, { readonly size: number; readonly nodes: number }>;
}

/**
 * All nodes at the start of a cycle. Does not change while the cycle runs. An array or iterator that was taken from it is
 * good until the plugin waits for something; after that read it anew.
 */
export interface Snapshot {
  /** Grows with each snapshot that differs from the one before. */
  readonly generation: number;
  /** In the order in which nodes are tried (zones interleaved). */
  readonly nodes: readonly NodeInfo[];
  /** The generation of each of {@link nodes}, side by side: what has changed is seen without looking at every node. */
  readonly generations: Float64Array;
  get(name: string): NodeInfo | undefined;
  /** Where a node is in {@link nodes}. */
  positionOf(name: string): number | undefined;
  /** Whether {@link nodesWithAffinityPods} has any, without making the list. */
  readonly hasAffinityPods: boolean;
  readonly hasRequiredAntiAffinityPods: boolean;
  readonly nodesWithAffinityPods: readonly NodeInfo[];
  readonly nodesWithRequiredAntiAffinityPods: readonly NodeInfo[];
  /** How many nodes have an image of this name. */
  nodesWithImage(name: string): number;
  /**
   * The names of the nodes that came, went or changed since the snapshot of that generation, for plugins that keep counts
   * from one attempt to the next ({@link NodeTally}); undefined when that is not known, so that everything is to be looked
   * at. A snapshot that knows nothing of others does not even know it of itself.
   */
  changedSince(generation: number): ReadonlySet<string> | undefined;
}
