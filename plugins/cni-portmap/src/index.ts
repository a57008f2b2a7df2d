/**
 * The CNI plugin portmap: a pod's `hostPort` leads to the pod, from other machines, from other pods and from the node
 * itself (127.0.0.1 included). All ports of a node are two maps of one nftables table, so a packet costs two look-ups
 * however many ports there are.
 *
 * ```ts
 * import plugin from "@pinnace/cni-portmap";
 *
 * plugin.name; // portmap
 * ```
 *
 * Its part of a network's chain, after the plugin that gives addresses; the runtime passes the ports in `runtimeConfig`:
 *
 * ```json
 * { "type": "portmap", "capabilities": { "portMappings": true } }
 * ```
 *
 * Needs root and `nft`. Codes of its own: 100 (the kernel refused). IPv4 only; a mapping for an IPv6 address is passed over.
 *
 * @packageDocumentation
 */
import { CNI_PLUGIN_TYPE, type CniComponents, type CniPlugin } from "@pinnace/cni-plugins";
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import { createPortmap } from "./portmap.ts";

const plugin: PluginDefinition<CniComponents, unknown, CniPlugin> = definePlugin({
  type: CNI_PLUGIN_TYPE,
  name: "portmap",
  apiRange: "^1.0.0",
  create: createPortmap,
});

export default plugin;
