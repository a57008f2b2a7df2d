import { join } from "node:path";
import type { PluginRegistry } from "@pinnace/plugin";
import type { CniPlugins } from "../agent/dispatch.ts";
import { CNI_PLUGIN_TYPE, type CniPlugin } from "../contract.ts";
import { createCniComponents } from "./cni-components.ts";

/**
 * Makes all CNI plugins that are ready in a registry, each with a state directory `<stateDirectory>/<name>` of its own.
 * The registry's hosts must include `{ type: CNI_PLUGIN_TYPE, apiVersion: CNI_API_VERSION }`. Rejects with the registry's
 * `PLUGIN_CREATE_FAILED`.
 */
export async function createCniPlugins(
  registry: PluginRegistry,
  options: { readonly stateDirectory: string },
): Promise<CniPlugins> {
  const plugins: Record<string, CniPlugin> = {};
  for (const { name } of registry.definitions(CNI_PLUGIN_TYPE)) {
    const components = await createCniComponents({ stateDirectory: join(options.stateDirectory, name) });
    plugins[name] = registry.create<CniPlugin>(CNI_PLUGIN_TYPE, name, components);
  }
  return plugins;
}
