import { createPluginRegistry, type PluginCandidate } from "@pinnace/plugin";
import { PLUGIN_HOSTS } from "./plugin-hosts.ts";

/** A line for each plugin that was found and cannot be used: why, and what helps. */
export function unusablePlugins(candidates: readonly PluginCandidate[]): readonly string[] {
  const { reports } = createPluginRegistry(candidates, { hosts: PLUGIN_HOSTS });
  return reports.flatMap(({ error }) => {
    if (error === undefined) return [];
    const why = error.message.split("\n")[0]!; // Node's "Require stack" follows
    return [error.remedy === undefined ? why : `${why}; ${error.remedy}`];
  });
}
