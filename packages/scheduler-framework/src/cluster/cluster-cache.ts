import type { Node, Pod } from "@pinnace/api";
import type { NodeInfo, PodInfo, Snapshot } from "../contract/node-info.ts";
import { interleaveZones } from "./node-order.ts";
import { createNodeInfo, withNode, withoutPod, withPod } from "./node-state.ts";
import { createPodInfo } from "./pod-info.ts";

interface KnownPod {
  readonly info: PodInfo;
  readonly nodeName: string;
  readonly assumed: boolean;
}

const uidOf = (pod: Pod): string => pod.metadata?.uid ?? "";

/**
 * What the scheduler believes about nodes and the pods on them: what the API said, plus the pods that it has just placed
 * and whose binding has not come back yet ("assumed"). An assumed pod stays until its binding is seen or `forget` is called.
 * Pods of nodes that are not known yet wait for their node.
 */
export class ClusterCache {
  readonly #nodes = new Map<string, NodeInfo>();
  readonly #pods = new Map<string, KnownPod>();
  /** Pods on nodes that are unknown, by node. */
  readonly #waiting = new Map<string, Map<string, PodInfo>>();
  readonly #positions = new Map<string, number>();
  /** Names of nodes that have pods with affinity, so that nobody looks for them on every node. */
  readonly #affine = new Set<string>();
  #order: readonly NodeInfo[] = [];
  #membersChanged = false;
  readonly #changed = new Set<string>();
  #snapshot: Snapshot = createSnapshot(0, []);

  get nodeCount(): number {
    return this.#nodes.size;
  }

  get assumedCount(): number {
    let count = 0;
    for (const pod of this.#pods.values()) if (pod.assumed) count += 1;
    return count;
  }

  setNode(node: Node): void {
    const name = node.metadata?.name ?? "";
    const known = this.#nodes.get(name);
    if (known !== undefined) {
      if (zoneChanged(known.node, node)) this.#membersChanged = true;
      this.#put(withNode(known, node));
      return;
    }
    let info = createNodeInfo(node);
    for (const pod of this.#waiting.get(name)?.values() ?? []) info = withPod(info, pod);
    this.#waiting.delete(name);
    this.#membersChanged = true;
    this.#put(info);
  }

  removeNode(name: string): void {
    const info = this.#nodes.get(name);
    if (info === undefined) return;
    this.#nodes.delete(name);
    this.#affine.delete(name);
    this.#membersChanged = true;
    if (info.pods.length > 0) {
      this.#waiting.set(name, new Map(info.pods.map((pod) => [uidOf(pod.pod), pod])));
    }
  }

  /** A pod that the API says is on a node: new, changed, or the confirmation of an assumed one. */
  setPod(pod: Pod): void {
    const known = this.#pods.get(uidOf(pod));
    const nodeName = pod.spec?.nodeName ?? "";
    if (known !== undefined) this.#detach(known);
    const info = createPodInfo(pod);
    this.#attach({ info, nodeName, assumed: false });
  }

  removePod(uid: string): void {
    const known = this.#pods.get(uid);
    if (known === undefined) return;
    this.#detach(known);
    this.#pods.delete(uid);
  }

  /** Counts a pod on a node before its binding is written. */
  assume(info: PodInfo, nodeName: string): void {
    this.#attach({ info, nodeName, assumed: true });
  }

  /** The binding failed: the pod is on no node. A pod that was confirmed meanwhile stays. */
  forget(uid: string): void {
    const known = this.#pods.get(uid);
    if (known?.assumed) this.removePod(uid);
  }

  /** Whether the pod is counted on a node, assumed or confirmed. */
  hasPod(uid: string): boolean {
    return this.#pods.has(uid);
  }

  isAssumed(uid: string): boolean {
    return this.#pods.get(uid)?.assumed === true;
  }

  /** The state now. Costs what changed since the last one. */
  snapshot(): Snapshot {
    if (this.#membersChanged) {
      this.#order = interleaveZones([...this.#nodes.values()]);
      this.#positions.clear();
      for (const [index, node] of this.#order.entries()) this.#positions.set(node.name, index);
    } else if (this.#changed.size > 0) {
      const order = [...this.#order];
      for (const name of this.#changed) {
        const position = this.#positions.get(name);
        const info = this.#nodes.get(name);
        if (position !== undefined && info !== undefined) order[position] = info;
      }
      this.#order = order;
    } else {
      return this.#snapshot;
    }
    this.#membersChanged = false;
    this.#changed.clear();
    const affine = this.#affine.size === 0 ? NO_NODES : undefined;
    this.#snapshot = createSnapshot(this.#snapshot.generation + 1, this.#order, this.#positions, affine);
    return this.#snapshot;
  }

  #put(info: NodeInfo): void {
    this.#nodes.set(info.name, info);
    this.#changed.add(info.name);
    if (info.podsWithAffinity.length > 0) this.#affine.add(info.name);
    else this.#affine.delete(info.name);
  }

  #attach(pod: KnownPod): void {
    const uid = uidOf(pod.info.pod);
    this.#pods.set(uid, pod);
    const node = this.#nodes.get(pod.nodeName);
    if (node !== undefined) {
      this.#put(withPod(node, pod.info));
      return;
    }
    const waiting = this.#waiting.get(pod.nodeName) ?? new Map<string, PodInfo>();
    this.#waiting.set(pod.nodeName, waiting.set(uid, pod.info));
  }

  #detach(pod: KnownPod): void {
    const uid = uidOf(pod.info.pod);
    const node = this.#nodes.get(pod.nodeName);
    if (node !== undefined) this.#put(withoutPod(node, uid));
    const waiting = this.#waiting.get(pod.nodeName);
    waiting?.delete(uid);
    if (waiting?.size === 0) this.#waiting.delete(pod.nodeName);
  }
}

const NO_NODES: readonly NodeInfo[] = Object.freeze([]);
const ZONE_LABELS = ["topology.kubernetes.io/region", "topology.kubernetes.io/zone"];

function zoneChanged(before: Node, after: Node): boolean {
  return ZONE_LABELS.some((label) => before.metadata?.labels?.[label] !== after.metadata?.labels?.[label]);
}

/** A snapshot of a list of nodes; also for tests of plugins. `affine` are the nodes with affinity pods, where known. */
export function createSnapshot(
  generation: number,
  nodes: readonly NodeInfo[],
  positions?: ReadonlyMap<string, number>,
  affine?: readonly NodeInfo[],
): Snapshot {
  let withAffinity = affine;
  let withAnti: readonly NodeInfo[] | undefined;
  // The positions of a cache change when its nodes do; by then this snapshot has been replaced, but may still be read.
  const find = (name: string): NodeInfo | undefined => {
    const info = nodes[positions?.get(name) ?? -1];
    return info?.name === name ? info : nodes.find((each) => each.name === name);
  };
  return {
    generation,
    nodes,
    get: find,
    get nodesWithAffinityPods() {
      withAffinity ??= nodes.filter((node) => node.podsWithAffinity.length > 0);
      return withAffinity;
    },
    get nodesWithRequiredAntiAffinityPods() {
      withAnti ??= (withAffinity ?? nodes).filter((node) => node.podsWithRequiredAntiAffinity.length > 0);
      return withAnti;
    },
  };
}
