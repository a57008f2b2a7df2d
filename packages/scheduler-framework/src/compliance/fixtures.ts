import type { Node, Pod } from "@pinnace/api";
import { deepFreeze, type KubernetesObject, type ResourceType } from "@pinnace/apimachinery";
import { createNodeInfo, withPod } from "../cluster/node-state.ts";
import { createPodInfo } from "../cluster/pod-info.ts";
import { createSnapshot } from "../cluster/snapshot.ts";
import type { ClusterReader } from "../contract/components.ts";
import type { NodeInfo } from "../contract/node-info.ts";
import type { Cycle } from "../contract/points.ts";
import { createCycleState } from "../runtime/cycle-state.ts";

/** A frozen pod; `spec` is merged over one container that asks for 100m and 100Mi. */
export function testPod(name: string, spec: object = {}, metadata: object = {}): Pod {
  const container = { name: "main", image: "image:1", resources: { requests: { cpu: "100m", memory: "100Mi" } } };
  return deepFreeze({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", uid: `uid-${name}`, ...metadata },
    spec: { schedulerName: "default-scheduler", containers: [container], ...spec },
    status: { phase: "Pending" },
  }) as unknown as Pod;
}

/** A frozen node of 4 CPUs, 8Gi and 110 pods. */
export function testNode(
  name: string,
  change: { readonly spec?: object; readonly labels?: object; readonly status?: object } = {},
): Node {
  return deepFreeze({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, uid: `uid-${name}`, labels: { "kubernetes.io/hostname": name, ...change.labels } },
    spec: { ...change.spec },
    status: { allocatable: { cpu: "4", memory: "8Gi", pods: "110" }, ...change.status },
  }) as unknown as Node;
}

/** A node with pods on it. */
export function testNodeInfo(node: Node, ...pods: readonly Pod[]): NodeInfo {
  return Object.freeze(pods.reduce((info, pod) => withPod(info, createPodInfo(pod)), createNodeInfo(node)));
}

/** One attempt to place `pod` on `nodes`. */
export function testCycle(
  pod: Pod,
  nodes: readonly NodeInfo[],
  signal: AbortSignal = new AbortController().signal,
): Cycle {
  return Object.freeze({
    state: createCycleState(),
    pod: createPodInfo(pod),
    snapshot: createSnapshot(1, nodes),
    signal,
  });
}

/** Reads from a literal: objects by the plural name of their resource (`persistentvolumeclaims`). They need `metadata`. */
export function testReader(objects: Readonly<Record<string, readonly object[]>>): ClusterReader {
  const all = <T extends KubernetesObject>({ resource }: ResourceType<T>): readonly T[] =>
    (objects[resource] ?? []) as readonly T[];
  const keyOf = ({ metadata }: KubernetesObject): string =>
    metadata?.namespace === undefined ? (metadata?.name ?? "") : `${metadata.namespace}/${metadata.name}`;
  return {
    get: (type, key) => all(type).find((object) => keyOf(object) === key),
    list: (type, namespace) =>
      all(type).filter((object) => namespace === undefined || object.metadata?.namespace === namespace),
  };
}
