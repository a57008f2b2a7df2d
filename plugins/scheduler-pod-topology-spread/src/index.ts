/**
 * The scheduler plugin PodTopologySpread: what it accepts and refuses, in two sentences.
 *
 * ```ts
 * import plugin from "@pinnace/scheduler-pod-topology-spread";
 *
 * plugin.name; // PodTopologySpread
 * ```
 *
 * @packageDocumentation
 */
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import {
  SCHEDULER_PLUGIN_TYPE,
  type SchedulerComponents,
  type SchedulerPlugin,
  SUCCESS,
} from "@pinnace/scheduler-framework";

const plugin: PluginDefinition<SchedulerComponents, unknown, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "PodTopologySpread",
  apiRange: "^1.0.0",
  create: (_components: SchedulerComponents): SchedulerPlugin => ({ filter: () => SUCCESS }),
});

export default plugin;
