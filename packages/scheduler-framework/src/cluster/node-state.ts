import type { Node } from "@pinnace/api";
import type { NodeInfo, PodInfo } from "../contract/node-info.ts";
import { NO_RESOURCES } from "../contract/resources.ts";
import { addResources, amountsOf, subtractResources, unitsOf } from "./resource-amounts.ts";

/** Grows with every change of any node of any cache: infos are told apart by it. */
let generation = 0;

const EMPTY: Omit<NodeInfo, "node" | "name" | "generation"> = Object.freeze({
  pods: Object.freeze([]),
  podsWithAffinity: Object.freeze([]),
  podsWithRequiredAntiAffinity: Object.freeze([]),
  requested: NO_RESOURCES,
  nonZeroRequested: NO_RESOURCES,
  allocatable: NO_RESOURCES,
  allowedPods: 0,
  usedPorts: Object.freeze([]),
  images: new Map(),
});

function next(info: NodeInfo, change: Partial<NodeInfo>): NodeInfo {
  generation += 1;
  return { ...info, ...change, generation };
}

/** A node without pods. */
export function createNodeInfo(node: Node): NodeInfo {
  return withNode({ ...EMPTY, node, name: node.metadata?.name ?? "", generation: 0 }, node);
}

/** The same pods on a newer version of the node. */
export function withNode(info: NodeInfo, node: Node): NodeInfo {
  const allocatable = node.status?.allocatable;
  const images = new Map<string, { size: number; nodes: number }>();
  for (const { names, sizeBytes } of node.status?.images ?? []) {
    for (const name of names ?? []) images.set(name, { size: sizeBytes ?? 0, nodes: 1 });
  }
  return next(info, {
    node,
    name: node.metadata?.name ?? "",
    allocatable: amountsOf(allocatable),
    allowedPods: allocatable?.pods === undefined ? 0 : unitsOf(allocatable.pods),
    images,
  });
}

export function withPod(info: NodeInfo, pod: PodInfo): NodeInfo {
  return next(info, {
    pods: [...info.pods, pod],
    podsWithAffinity: pod.hasAffinity ? [...info.podsWithAffinity, pod] : info.podsWithAffinity,
    podsWithRequiredAntiAffinity: pod.hasRequiredAntiAffinity
      ? [...info.podsWithRequiredAntiAffinity, pod]
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
  const others = (list: readonly PodInfo[]): readonly PodInfo[] => list.filter((each) => each !== pod);
  const pods = others(info.pods);
  return next(info, {
    pods,
    podsWithAffinity: pod.hasAffinity ? others(info.podsWithAffinity) : info.podsWithAffinity,
    podsWithRequiredAntiAffinity: pod.hasRequiredAntiAffinity
      ? others(info.podsWithRequiredAntiAffinity)
      : info.podsWithRequiredAntiAffinity,
    requested: subtractResources(info.requested, pod.requests),
    nonZeroRequested: subtractResources(info.nonZeroRequested, pod.nonZeroRequests),
    usedPorts: pod.hostPorts.length > 0 ? pods.flatMap((each) => each.hostPorts) : info.usedPorts,
  });
}
