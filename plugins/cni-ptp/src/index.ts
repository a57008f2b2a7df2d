/**
 * The CNI plugin ptp: what it attaches, in two sentences.
 *
 * ```ts
 * import plugin from "@pinnace/cni-ptp";
 *
 * plugin.name; // ptp
 * ```
 *
 * @packageDocumentation
 */
import { CNI_PLUGIN_TYPE, CNI_SPEC_VERSION, type CniComponents, type CniPlugin } from "@pinnace/cni-plugins";
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";

const plugin: PluginDefinition<CniComponents, unknown, CniPlugin> = definePlugin({
  type: CNI_PLUGIN_TYPE,
  name: "ptp",
  apiRange: "^1.0.0",
  create: (_components: CniComponents): CniPlugin => ({
    versions: [CNI_SPEC_VERSION],
    // Passes on what the plugin before it in the chain made.
    add: async ({ previous, config }) =>
      previous ?? { cniVersion: config.cniVersion, interfaces: [], ips: [], routes: [], dns: {} },
    del: async () => undefined,
    check: async () => undefined,
    gc: async () => undefined,
    status: async () => undefined,
  }),
});

export default plugin;
