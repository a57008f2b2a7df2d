import type { Node } from "@pinnace/api";
import type { NodeDescription } from "@pinnace/kubelet";
import { textFraction } from "./identifiers.ts";

/** What simulated nodes look like; every member has a default. */
export interface SimulatedNodeTemplate {
  /** Default: 4 CPUs, 8Gi of memory, 110 pods, 100Gi of ephemeral storage. */
  readonly capacity?: Readonly<Record<string, string>>;
  /** Default: the capacity. */
  readonly allocatable?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: NonNullable<NodeDescription["taints"]>;
}

const CAPACITY = { cpu: "4", memory: "8Gi", pods: "110", "ephemeral-storage": "100Gi" };

/** A range for the pods of the node with this index: 10.244.0.0/24 and on, then from 10.128.0.0/24. */
export function podCidrOf(index: number): string {
  const second = index < 256 ? 244 : 128 + ((index - 256) >> 8);
  return `10.${second}.${index & 255}.0/24`;
}

/** The address of the node with this index: 172.30.0.1 and on. */
export function nodeAddressOf(index: number): string {
  const number = index + 1;
  return `172.30.${number >> 8}.${number & 255}`;
}

/** A simulated node as its kubelet describes it. */
export function describeNode(name: string, index: number, template: SimulatedNodeTemplate): NodeDescription {
  const id = Math.floor(textFraction(name) * 0x1_0000_0000)
    .toString(16)
    .padStart(8, "0");
  const podCIDR = podCidrOf(index);
  return {
    name,
    labels: { ...template.labels },
    annotations: { "pinnace.io/simulated": "true" },
    ...(template.taints ? { taints: template.taints } : {}),
    addresses: [{ type: "InternalIP", address: nodeAddressOf(index) }],
    capacity: template.capacity ?? CAPACITY,
    allocatable: template.allocatable ?? template.capacity ?? CAPACITY,
    podCIDR,
    readyFirst: true,
    providerId: `pinnace://simulation/${name}`,
    nodeInfo: {
      machineID: id.repeat(4),
      systemUUID: `${id}-0000-4000-8000-${id}0000`,
      bootID: `${id}-0000-4000-9000-${id}0000`,
      kernelVersion: "6.12.0",
      osImage: "Pinnace simulation",
      operatingSystem: "linux",
      architecture: "amd64",
      kubeletVersion: "v1.36.3+pinnace.0",
    },
  };
}

/**
 * A Node that somebody created by hand, as the kubelet that takes it over describes it: what it says of itself stays. It
 * has no kubelet version, so that it is recognised after a restart of the process.
 */
export function describeAdopted(node: Node, index: number): NodeDescription {
  const { capacity, allocatable, addresses = [] } = node.status ?? {};
  const description = describeNode(node.metadata?.name ?? "", index, {
    ...(capacity ? { capacity } : {}),
    ...(allocatable ? { allocatable } : {}),
  });
  const given = addresses.filter(({ type }) => type !== "Hostname");
  const podCIDR = node.spec?.podCIDR;
  return {
    ...description,
    nodeInfo: { ...description.nodeInfo, kubeletVersion: "" },
    ...(given.length > 0 ? { addresses: given } : {}),
    ...(podCIDR?.includes(".") ? { podCIDR } : {}),
  };
}
