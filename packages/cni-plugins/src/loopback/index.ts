import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import { CNI_PLUGIN_TYPE, type CniComponents, CniError, type CniPlugin } from "../contract.ts";
import { inNamespace } from "../host/namespace.ts";
import { CNI_RESULT_VERSIONS } from "../wire/result.ts";

/**
 * Brings `lo` up. containerd calls a plugin of this name for every pod before the network's own, so it must be in the
 * binary directory. As upstream's, it does nothing on DEL: the interface goes with its namespace.
 */
export const loopbackPlugin: PluginDefinition<CniComponents, unknown, CniPlugin> = definePlugin({
  type: CNI_PLUGIN_TYPE,
  name: "loopback",
  apiRange: "^1.0.0",
  create: ({ run }: CniComponents): CniPlugin => ({
    versions: CNI_RESULT_VERSIONS,
    async add({ netns, previous, config, signal }) {
      await run(...inNamespace(netns!, ["ip", "link", "set", "dev", "lo", "up"]), { signal });
      if (previous !== undefined) return previous;
      return {
        cniVersion: config.cniVersion,
        interfaces: [{ name: "lo", mac: "00:00:00:00:00:00", sandbox: netns! }],
        ips: [{ interface: 0, address: "127.0.0.1/8" }],
        routes: [],
        dns: {},
      };
    },
    del: async () => undefined,
    async check({ netns, signal }) {
      const output = await run(...inNamespace(netns!, ["ip", "-o", "link", "show", "dev", "lo", "up"]), { signal });
      if (output.trim() === "") throw new CniError(100, "loopback interface lo is down");
    },
    gc: async () => undefined,
    status: async () => undefined,
  }),
});
