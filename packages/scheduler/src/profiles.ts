import type { PluginRegistry } from "@pinnace/plugin";
import {
  DEFAULT_PLUGINS,
  type EnabledPlugin,
  Profile,
  type ProfileConfig,
  pluginNames,
  SCHEDULER_PLUGIN_TYPE,
  type SchedulerComponents,
  type SchedulerPlugin,
} from "@pinnace/scheduler-framework";

/**
 * Builds a profile from the plugins that are loaded. Defaults that are not there are left out, so that a control plane can
 * do without some; what a profile names itself must be there (`PLUGIN_NOT_FOUND`).
 */
export function createProfile(
  config: ProfileConfig,
  plugins: PluginRegistry,
  components: SchedulerComponents,
): Profile {
  const ready = new Set(plugins.definitions(SCHEDULER_PLUGIN_TYPE).map((definition) => definition.name));
  const defaults: readonly EnabledPlugin[] = DEFAULT_PLUGINS.filter(({ name }) => ready.has(name));
  const args = new Map((config.pluginConfig ?? []).map(({ name, args: value }) => [name, value]));
  const instances = new Map(
    pluginNames(config, defaults).map((name) => [
      name,
      plugins.create<SchedulerPlugin>(SCHEDULER_PLUGIN_TYPE, name, components, args.get(name)),
    ]),
  );
  return new Profile({ config, defaults, instances });
}
