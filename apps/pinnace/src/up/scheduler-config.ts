import { createPluginRegistry, type PluginCandidate } from "@pinnace/plugin";
import { DEFAULT_SCHEDULER_CONFIG, type SchedulerConfig } from "@pinnace/scheduler";
import { DEFAULT_PLUGINS, SCHEDULER_PLUGIN_TYPE } from "@pinnace/scheduler-framework";
import { PLUGIN_HOSTS } from "../plugins/plugin-hosts.ts";

/**
 * The defaults, with every scheduler plugin that was found and can be used in the default profile: after the default
 * plugins and with weight 1. Who puts a plugin into the folder wants it to be used.
 */
export function schedulerConfig(candidates: readonly PluginCandidate[]): SchedulerConfig {
  const { definitions } = createPluginRegistry(candidates, { hosts: PLUGIN_HOSTS });
  const defaults = new Set(DEFAULT_PLUGINS.map(({ name }) => name));
  const found = definitions(SCHEDULER_PLUGIN_TYPE).filter(({ name }) => !defaults.has(name));
  const enabled = found.map(({ name }) => ({ name }));
  const profile = { schedulerName: "default-scheduler", plugins: { multiPoint: { enabled } } };
  return { ...DEFAULT_SCHEDULER_CONFIG, profiles: [profile] };
}
