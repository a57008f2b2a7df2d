import type { ContainerImage, Node, NodeCondition, NodeStatus } from "@pinnace/api";
import type { NodeDescription } from "../contract.ts";
import { rfc3339 } from "../status/time-text.ts";

/** What changes from one node status to the next. */
export interface NodeFacts {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** `containerd://1.6.20`. */
  readonly runtimeVersion: string;
  /** Why the node is not ready; undefined when it is. */
  readonly notReady: string | undefined;
  readonly images: readonly ContainerImage[];
}

/** The Node as it is created. */
export function nodeObject(node: NodeDescription, facts: NodeFacts): Node {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: node.name,
      labels: nodeLabels(node),
      annotations: { "volumes.kubernetes.io/controller-managed-attach-detach": "true", ...node.annotations },
    },
    spec: {
      ...(node.podCIDR === undefined ? {} : { podCIDR: node.podCIDR, podCIDRs: [node.podCIDR] }),
      ...(node.providerId === undefined ? {} : { providerID: node.providerId }),
      ...(node.taints && node.taints.length > 0 ? { taints: node.taints } : {}),
    },
    status: nodeStatus(node, facts, []),
  };
}

export function nodeLabels(node: NodeDescription): Readonly<Record<string, string>> {
  const { operatingSystem, architecture } = node.nodeInfo;
  return {
    "beta.kubernetes.io/arch": architecture,
    "beta.kubernetes.io/os": operatingSystem,
    "kubernetes.io/arch": architecture,
    "kubernetes.io/hostname": node.name,
    "kubernetes.io/os": operatingSystem,
    ...node.labels,
  };
}

/** The whole status; `before` are the conditions that the Node has, for their transition times. */
export function nodeStatus(node: NodeDescription, facts: NodeFacts, before: readonly NodeCondition[]): NodeStatus {
  const hostname = { type: "Hostname", address: node.name };
  const addresses = node.addresses.some(({ type }) => type === "Hostname")
    ? node.addresses
    : [...node.addresses, hostname];
  return {
    capacity: node.capacity,
    allocatable: node.allocatable ?? node.capacity,
    conditions: node.readyFirst ? readyFirst(conditions(facts, before)) : conditions(facts, before),
    addresses,
    daemonEndpoints: { kubeletEndpoint: { Port: node.kubeletPort ?? 10_250 } },
    nodeInfo: { ...node.nodeInfo, containerRuntimeVersion: facts.runtimeVersion, kubeProxyVersion: "" },
    ...(facts.images.length === 0 ? {} : { images: facts.images }),
  };
}

function readyFirst(all: readonly NodeCondition[]): readonly NodeCondition[] {
  return [...all.filter(({ type }) => type === "Ready"), ...all.filter(({ type }) => type !== "Ready")];
}

function conditions({ now, notReady }: NodeFacts, before: readonly NodeCondition[]): readonly NodeCondition[] {
  const time = rfc3339(now);
  const make = (type: string, status: string, reason: string, message: string): NodeCondition => {
    const old = before.find((condition) => condition.type === type);
    const same = old?.status === status;
    const lastTransitionTime = same ? (old.lastTransitionTime ?? time) : time;
    return { type, status, lastHeartbeatTime: time, lastTransitionTime, reason, message };
  };
  return [
    make("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    make("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    make("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    notReady === undefined
      ? make("Ready", "True", "KubeletReady", "kubelet is posting ready status")
      : make("Ready", "False", "KubeletNotReady", notReady),
  ];
}
