import { messageOf } from "@pinnace/errors";
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import { CNI_PLUGIN_TYPE, type CniComponents, CniError, type CniPlugin } from "../contract.ts";
import { inNamespace } from "../host/namespace.ts";
import { CNI_RESULT_VERSIONS } from "../wire/result.ts";

/**
 * Brings `lo` up. containerd calls a plugin of this name for every pod before the network's own, so it must be in the
 * binary directory. It does nothing on DEL: the interface goes with its namespace. A code of its own: 100 (the kernel
 * refused, or `lo` is down on CHECK).
 */
export const loopbackPlugin: PluginDefinition<CniComponents, unknown, CniPlugin> = definePlugin({
  type: CNI_PLUGIN_TYPE,
  name: "loopback",
  apiRange: "^1.0.0",
  create: (components: CniComponents): CniPlugin => ({
    versions: CNI_RESULT_VERSIONS,
    async add({ netns = "", previous, config, signal }) {
      await link(components, netns, ["set", "dev", "lo", "up"], signal);
      if (previous !== undefined) return previous;
      return {
        cniVersion: config.cniVersion,
        interfaces: [{ name: "lo", mac: "00:00:00:00:00:00", sandbox: netns }],
        ips: [{ interface: 0, address: "127.0.0.1/8" }],
        routes: [],
        dns: {},
      };
    },
    del: async () => undefined,
    async check({ netns = "", signal }) {
      const shown = await link(components, netns, ["show", "dev", "lo", "up"], signal);
      if (shown.trim() === "") throw new CniError(100, "loopback interface lo is down");
    },
    gc: async () => undefined,
    status: async () => undefined,
  }),
});

async function link(
  { run }: CniComponents,
  netns: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const command = inNamespace(netns, ["ip", "-o", "link", ...args]);
  return run(...command, { signal }).catch((error: unknown) => {
    throw new CniError(100, "cannot reach the interface lo", messageOf(error));
  });
}
