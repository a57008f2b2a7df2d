/**
 * The CNI plugin ptp: one cable (a pair of veth interfaces) and one `/32` route for each pod, without a bridge. All
 * traffic of a pod passes the routing and the nftables of the node, so services, hairpin traffic and policies need no
 * `br_netfilter`.
 *
 * ```ts
 * import plugin from "@pinnace/cni-ptp";
 *
 * plugin.name; // ptp
 * ```
 *
 * Its part of a network's chain, with the node's pod range (`mtu` may be left out):
 *
 * ```json
 * { "type": "ptp", "mtu": 1450, "ipam": { "type": "host-local", "ranges": [[{ "subnet": "10.244.0.0/24" }]] } }
 * ```
 *
 * The gateway is the first address of the range; each host end has it, so probes come from it. Both sides know the other's
 * hardware address from the start, so no packet waits for ARP. Forwarding (`net.ipv4.ip_forward`) is switched on when it
 * is off. What leaves the pod network keeps the pod's address: translating it is the service proxy's work. Needs root,
 * `ip` and `nsenter`. Codes of its own: 100 (CHECK: not as attached), 101 (the kernel refused). IPv4 only.
 *
 * @packageDocumentation
 */
import { readFile } from "node:fs/promises";
import { CNI_PLUGIN_TYPE, type CniComponents, type CniPlugin } from "@pinnace/cni-plugins";
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import { createPtp } from "./ptp.ts";

const isForwarding = async (): Promise<boolean> =>
  (await readFile("/proc/sys/net/ipv4/ip_forward", "utf8")).trim() === "1";

const plugin: PluginDefinition<CniComponents, unknown, CniPlugin> = definePlugin({
  type: CNI_PLUGIN_TYPE,
  name: "ptp",
  apiRange: "^1.0.0",
  create: (components: CniComponents): CniPlugin => createPtp({ ...components, isForwarding }),
});

export default plugin;
