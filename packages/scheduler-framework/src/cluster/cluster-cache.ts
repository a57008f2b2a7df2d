import type { Node, Pod } from "@pinnace/api";
import type { NodeInfo, PodInfo, Snapshot } from "../contract/node-info.ts";
import { ChangeLog } from "./change-log.ts";
import { ImageCounts } from "./image-counts.ts";
import { interleaveZones } from "./node-order.ts";
import { createNodeInfo, withNode, withoutPod, withPod, withPodChanged } from "./node-state.ts";
import { createPodInfo } from "./pod-info.ts";
import { generationsOf, positionsOf, type SnapshotParts, TableSnapshot } from "./snapshot.ts";

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
  readonly #images = new ImageCounts();
  readonly #log: ChangeLog;
  /** Replaced when nodes come or go, never changed: older snapshots read it, too. */
  #positions: ReadonlyMap<string, number> = new Map();
  /** Names of nodes that have pods with affinity, or with required anti-affinity. */
  readonly #affine = new Set<string>();
  readonly #refusing = new Set<string>();
  /** The table of the newest snapshot. */
  #order: NodeInfo[] = [];
  #generations: Float64Array = new Float64Array(0);
  #membersChanged = false;
  readonly #changed = new Set<string>();
  #snapshot: TableSnapshot;
  #assumed = 0;

  constructor() {
    caches += 1;
    const generation = caches * GENERATIONS;
    this.#log = new ChangeLog(generation);
    this.#snapshot = new TableSnapshot(this.#parts(generation));
  }

  get nodeCount(): number {
    return this.#nodes.size;
  }

  /** Pods on nodes, assumed ones among them. */
  get podCount(): number {
    return this.#pods.size;
  }

  get assumedCount(): number {
    return this.#assumed;
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
    this.#refusing.delete(name);
    this.#images.replace(info.images, undefined);
    this.#changed.add(name);
    this.#membersChanged = true;
    if (info.pods.length > 0) {
      this.#waiting.set(name, new Map(info.pods.map((pod) => [uidOf(pod.pod), pod])));
    }
  }

  /** A pod that the API says is on a node: new, changed, or the confirmation of an assumed one. */
  setPod(pod: Pod): void {
    const known = this.#pods.get(uidOf(pod));
    const nodeName = pod.spec?.nodeName ?? "";
    const info = createPodInfo(pod);
    const node = known?.nodeName === nodeName ? this.#nodes.get(nodeName) : undefined;
    if (known === undefined || node === undefined) {
      if (known !== undefined) this.#detach(known);
      this.#attach({ info, nodeName, assumed: false });
      return;
    }
    if (known.assumed) this.#assumed -= 1;
    this.#pods.set(uidOf(pod), { info, nodeName, assumed: false });
    this.#put(withPodChanged(node, known.info, info));
  }

  removePod(uid: string): void {
    const known = this.#pods.get(uid);
    if (known === undefined) return;
    this.#detach(known);
  }

  /** Counts a pod on a node before its binding is written. */
  assume(info: PodInfo, nodeName: string): void {
    const known = this.#pods.get(uidOf(info.pod));
    if (known !== undefined) this.#detach(known);
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

  /** The state now. Costs what changed since the last one; more when nodes came or went. */
  snapshot(): Snapshot {
    if (!this.#membersChanged && this.#changed.size === 0) return this.#snapshot;
    const generation = this.#snapshot.generation + 1;
    for (const name of this.#changed) this.#log.add(name, generation);
    if (this.#membersChanged || generation % SHARING_LIMIT === 0) this.#rebuild(generation);
    else this.#advance(generation);
    this.#membersChanged = false;
    this.#changed.clear();
    return this.#snapshot;
  }

  /** A table of its own: the last snapshot keeps the old one. */
  #rebuild(generation: number): void {
    if (this.#membersChanged) {
      this.#order = [...interleaveZones([...this.#nodes.values()])];
      this.#generations = generationsOf(this.#order);
      this.#positions = positionsOf(this.#order);
    } else {
      this.#order = this.#order.slice();
      this.#generations = this.#generations.slice();
      for (const name of this.#changed) this.#update(this.#positions.get(name)!, name);
    }
    this.#snapshot = new TableSnapshot(this.#parts(generation));
  }

  /** Takes the table over from the last snapshot. */
  #advance(generation: number): void {
    const undo = [...this.#changed].map((name) => {
      const position = this.#positions.get(name)!;
      return { position, info: this.#order[position]! };
    });
    const next = new TableSnapshot(this.#parts(generation));
    this.#snapshot.supersede(next, undo);
    for (const { position, info } of undo) this.#update(position, info.name);
    this.#snapshot = next;
  }

  #update(position: number, name: string): void {
    const info = this.#nodes.get(name)!;
    this.#order[position] = info;
    this.#generations[position] = info.generation;
  }

  #parts(generation: number): SnapshotParts {
    return {
      generation,
      nodes: this.#order,
      generations: this.#generations,
      positions: this.#positions,
      images: this.#images.counts(),
      changes: this.#log,
      hasAffinity: this.#affine.size > 0,
      hasRequiredAntiAffinity: this.#refusing.size > 0,
    };
  }

  #put(info: NodeInfo): void {
    const before = this.#nodes.get(info.name)?.images;
    if (before !== info.images) this.#images.replace(before, info.images);
    this.#nodes.set(info.name, info);
    this.#changed.add(info.name);
    mark(this.#affine, info.name, info.podsWithAffinity.length > 0);
    mark(this.#refusing, info.name, info.podsWithRequiredAntiAffinity.length > 0);
  }

  #attach(pod: KnownPod): void {
    const uid = uidOf(pod.info.pod);
    this.#pods.set(uid, pod);
    if (pod.assumed) this.#assumed += 1;
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
    this.#pods.delete(uid);
    if (pod.assumed) this.#assumed -= 1;
    const node = this.#nodes.get(pod.nodeName);
    if (node !== undefined) this.#put(withoutPod(node, uid));
    const waiting = this.#waiting.get(pod.nodeName);
    waiting?.delete(uid);
    if (waiting?.size === 0) this.#waiting.delete(pod.nodeName);
  }
}

/** After so many snapshots the table is copied, so that one that is held for long does not hold all that came after it. */
const SHARING_LIMIT = 256;
/** Snapshots of different caches are told apart by their generations: each cache has a range of its own. */
const GENERATIONS = 2 ** 32;
let caches = 0;

function mark(names: Set<string>, name: string, isMember: boolean): void {
  if (isMember) names.add(name);
  else if (names.size > 0) names.delete(name);
}

const ZONE_LABELS = ["topology.kubernetes.io/region", "topology.kubernetes.io/zone"];

function zoneChanged(before: Node, after: Node): boolean {
  return ZONE_LABELS.some((label) => before.metadata?.labels?.[label] !== after.metadata?.labels?.[label]);
}
