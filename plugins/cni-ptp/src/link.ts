import { createHash } from "node:crypto";
import type { Attachment, Lease } from "@pinnace/cni-plugins";

/** Names and addresses of the two ends of a pod's cable, all of them derived, so that DEL needs nothing but the ids. */
interface Link {
  /** On the host: `veth` and eight hexadecimal digits. */
  readonly hostName: string;
  readonly hostMac: string;
  readonly containerMac: string;
}

/** The host's end of an attachment. */
export function hostInterfaceName({ containerId, ifname }: Attachment): string {
  const digest = createHash("sha256").update(`${containerId}/${ifname}`).digest("hex");
  return `veth${digest.slice(0, 8)}`;
}

/**
 * The hardware addresses carry the IP address after a prefix that is administered locally, so both sides know each other
 * without asking.
 */
export function linkOf(attachment: Attachment, address: string): Link {
  const suffix = address
    .split(".")
    .map((part) => Number(part).toString(16).padStart(2, "0"))
    .join(":");
  return { hostName: hostInterfaceName(attachment), hostMac: `0a:57:${suffix}`, containerMac: `0a:58:${suffix}` };
}

export interface LinkPlan {
  readonly link: Link;
  readonly netns: string;
  readonly ifname: string;
  /** Bytes; absent: what the kernel gives (1500). */
  readonly mtu: number | undefined;
  readonly leases: readonly Lease[];
  readonly routes: readonly { readonly dst: string; readonly gw?: string }[];
}

/**
 * The host's part, as a batch of `ip`: the pair of interfaces with one end in the pod's namespace, the gateway's address
 * on the host's end (so that the host talks to the pod from an address of the pod network), and a route for each address
 * of the pod.
 */
export function hostBatch({ link, netns, ifname, mtu, leases }: LinkPlan): string {
  const size = mtu === undefined ? "" : ` mtu ${mtu}`;
  const peer = `peer name ${ifname}${size} address ${link.containerMac} netns ${netns}`;
  const lines = [`link add name ${link.hostName}${size} address ${link.hostMac} type veth ${peer}`];
  for (const gateway of new Set(leases.map((lease) => lease.gateway))) {
    lines.push(`address add ${gateway}/32 dev ${link.hostName}`);
  }
  lines.push(`link set dev ${link.hostName} up`);
  for (const { address, gateway } of leases) {
    lines.push(`neighbour replace ${address} lladdr ${link.containerMac} dev ${link.hostName} nud permanent`);
    lines.push(`route replace ${address}/32 dev ${link.hostName} src ${gateway}`);
  }
  return `${lines.join("\n")}\n`;
}

/**
 * The pod's part: its addresses without a network of neighbours (`/32`), the gateway as the only one it can reach
 * directly, and everything else behind it.
 */
export function containerBatch({ link, ifname, leases, routes }: LinkPlan): string {
  const lines = leases.map(({ address }) => `address add ${address}/32 dev ${ifname}`);
  lines.push(`link set dev ${ifname} up`);
  for (const gateway of new Set(leases.map((lease) => lease.gateway))) {
    lines.push(`neighbour replace ${gateway} lladdr ${link.hostMac} dev ${ifname} nud permanent`);
    lines.push(`route add ${gateway}/32 dev ${ifname} scope link`);
  }
  const [first] = leases;
  for (const { dst, gw = first?.gateway } of routes) lines.push(`route add ${dst} via ${gw} dev ${ifname}`);
  return `${lines.join("\n")}\n`;
}
