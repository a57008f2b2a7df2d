import type { Node } from "@pinnace/api";
import type { NodeInfo, PodInfo } from "../contract/node-info.ts";
import { NO_RESOURCES, type Resources } from "../contract/resources.ts";
import { addResources, amountsOf, equalResources, subtractResources, unitsOf } from "./resource-amounts.ts";

/** Grows with every change of any node of any cache: infos are told apart by it. */
let generation = 0;

/** All infos have the same members in the same order, which keeps reading them fast. */
function make(info: Omit<NodeInfo, "generation">): NodeInfo {
  generation += 1;
  return {
    node: info.node,
    name: info.name,
    generation,
    pods: info.pods,
    podsWithAffinity: info.podsWithAffinity,
    podsWithRequiredAntiAffinity: info.podsWithRequiredAntiAffinity,
    requested: info.requested,
    nonZeroRequested: info.nonZeroRequested,
    allocatable: info.allocatable,
    allowedPods: info.allowedPods,
    usedPorts: info.usedPorts,
    images: info.images,
  };
}

const NO_IMAGES: NodeInfo["images"] = new Map();

const EMPTY: Omit<NodeInfo, "node" | "name" | "generation"> = Object.freeze({
  pods: Object.freeze([]),
  podsWithAffinity: Object.freeze([]),
  podsWithRequiredAntiAffinity: Object.freeze([]),
  requested: NO_RESOURCES,
  nonZeroRequested: NO_RESOURCES,
  allocatable: NO_RESOURCES,
  allowedPods: 0,
  usedPorts: Object.freeze([]),
  images: NO_IMAGES,
});

/** A node without pods. */
export function createNodeInfo(node: Node): NodeInfo {
  return withNode({ ...EMPTY, node, name: node.metadata?.name ?? "", generation: 0 }, node);
}

/** The same pods on a newer version of the node. */
export function withNode(info: NodeInfo, node: Node): NodeInfo {
  const allocatable = node.status?.allocatable;
  return make({
    ...info,
    node,
    name: node.metadata?.name ?? "",
    allocatable: amountsOf(allocatable),
    allowedPods: allocatable?.pods === undefined ? 0 : unitsOf(allocatable.pods),
    images: info.node.status?.images === node.status?.images && info.generation > 0 ? info.images : imagesOf(node),
  });
}

function imagesOf(node: Node): NodeInfo["images"] {
  const list = node.status?.images ?? [];
  if (list.length === 0) return NO_IMAGES;
  const images = new Map<string, { size: number; nodes: number }>();
  for (const { names, sizeBytes } of list) {
    for (const name of names ?? []) images.set(name, { size: sizeBytes ?? 0, nodes: 1 });
  }
  return images;
}

export function withPod(info: NodeInfo, pod: PodInfo): NodeInfo {
  return make({
    ...info,
    pods: appended(info.pods, pod),
    podsWithAffinity: pod.hasAffinity ? appended(info.podsWithAffinity, pod) : info.podsWithAffinity,
    podsWithRequiredAntiAffinity: pod.hasRequiredAntiAffinity
      ? appended(info.podsWithRequiredAntiAffinity, pod)
      : info.podsWithRequiredAntiAffinity,
    requested: addResources(info.requested, pod.requests),
    nonZeroRequested: addResources(info.nonZeroRequested, pod.nonZeroRequests),
    usedPorts: pod.hostPorts.length > 0 ? [...info.usedPorts, ...pod.hostPorts] : info.usedPorts,
  });
}

/** Without the pod of this uid; the same info when it is not there. */
export function withoutPod(info: NodeInfo, uid: string): NodeInfo {
  const pod = info.pods.find((each) => each.pod.metadata?.uid === uid);
  if (pod === undefined) return info;
  const pods = without(info.pods, pod);
  return make({
    ...info,
    pods,
    podsWithAffinity: pod.hasAffinity ? without(info.podsWithAffinity, pod) : info.podsWithAffinity,
    podsWithRequiredAntiAffinity: pod.hasRequiredAntiAffinity
      ? without(info.podsWithRequiredAntiAffinity, pod)
      : info.podsWithRequiredAntiAffinity,
    requested: subtractResources(info.requested, pod.requests),
    nonZeroRequested: subtractResources(info.nonZeroRequested, pod.nonZeroRequests),
    usedPorts: pod.hostPorts.length > 0 ? pods.flatMap((each) => each.hostPorts) : info.usedPorts,
  });
}

/** With a newer version of a pod that is there, in its place. */
export function withPodChanged(info: NodeInfo, before: PodInfo, after: PodInfo): NodeInfo {
  const moved =
    before.hasAffinity !== after.hasAffinity ||
    before.hasRequiredAntiAffinity !== after.hasRequiredAntiAffinity ||
    before.hostPorts.length + after.hostPorts.length > 0 ||
    info.pods.lastIndexOf(before) < 0;
  if (moved) return withPod(withoutPod(info, before.pod.metadata?.uid ?? ""), after);
  return make({
    ...info,
    pods: swapped(info.pods, before, after),
    podsWithAffinity: before.hasAffinity ? swapped(info.podsWithAffinity, before, after) : info.podsWithAffinity,
    podsWithRequiredAntiAffinity: before.hasRequiredAntiAffinity
      ? swapped(info.podsWithRequiredAntiAffinity, before, after)
      : info.podsWithRequiredAntiAffinity,
    requested: exchanged(info.requested, before.requests, after.requests),
    nonZeroRequested: exchanged(info.nonZeroRequested, before.nonZeroRequests, after.nonZeroRequests),
  });
}

type Pods = readonly PodInfo[];

/** A node may have thousands of pods: these copy the list as a block, which spreading or concatenating it does not. */
const appended = (list: Pods, pod: PodInfo): Pods => list.toSpliced(list.length, 0, pod);
const without = (list: Pods, pod: PodInfo): Pods => list.toSpliced(list.indexOf(pod), 1);
/** The pod that changes is mostly one of the last that came. */
const swapped = (list: Pods, before: PodInfo, after: PodInfo): Pods => list.with(list.lastIndexOf(before), after);

function exchanged(sum: Resources, before: Resources, after: Resources): Resources {
  return equalResources(before, after) ? sum : addResources(subtractResources(sum, before), after);
}
