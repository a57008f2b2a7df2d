import { createVirtualClock } from "@pinnace/clock";
import { defaultSchedulerPlugins } from "@pinnace/cluster";
import { silentLogger } from "@pinnace/logging";
import { createPluginRegistry, type PluginRegistry } from "@pinnace/plugin";
import {
  type ClusterReader,
  DEFAULT_PLUGINS,
  Profile,
  type ProfileConfig,
  SCHEDULER_API_VERSION,
  SCHEDULER_PLUGIN_TYPE,
  type SchedulerPlugin,
} from "@pinnace/scheduler-framework";
import { testReader } from "@pinnace/scheduler-framework/compliance";

/** The default plugins, as a scheduler takes them. */
export const defaultPlugins: PluginRegistry = createPluginRegistry(defaultSchedulerPlugins, {
  hosts: [{ type: SCHEDULER_PLUGIN_TYPE, apiVersion: SCHEDULER_API_VERSION }],
});

/** A profile of the default plugins that are new: they have seen nothing yet. */
export function newProfile(config: ProfileConfig, reader: ClusterReader = testReader({})): Profile {
  const args = new Map((config.pluginConfig ?? []).map(({ name, args: each }) => [name, each]));
  const components = {
    ...{ reader, writer: {}, waitingPods: { list: () => [] }, filters: { trial: () => undefined } },
    ...{
      queue: { activate: () => undefined },
      background: { signal: new AbortController().signal, watch: () => undefined, list: async () => [] },
      events: { event: () => undefined },
      clock: createVirtualClock(),
      logger: silentLogger,
    },
    ...{ random: () => 0, schedulerName: "default-scheduler" },
  };
  const instances = DEFAULT_PLUGINS.map(({ name }): [string, SchedulerPlugin] => [
    name,
    defaultPlugins.create(SCHEDULER_PLUGIN_TYPE, name, components, args.get(name)),
  ]);
  return new Profile({ config, defaults: DEFAULT_PLUGINS, instances: new Map(instances) });
}
