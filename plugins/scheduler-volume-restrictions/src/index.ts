/**
 * The scheduler plugin VolumeRestrictions: a disk that can be attached only once is not used twice on a node, and a
 * claim with the access mode ReadWriteOncePod by one pod only.
 *
 * ```ts
 * import plugin from "@pinnace/scheduler-volume-restrictions";
 *
 * plugin.name; // VolumeRestrictions
 * ```
 *
 * @packageDocumentation
 */
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import { SCHEDULER_PLUGIN_TYPE, type SchedulerComponents, type SchedulerPlugin } from "@pinnace/scheduler-framework";
import { createVolumeRestrictions } from "./volume-restrictions.ts";

const plugin: PluginDefinition<SchedulerComponents, unknown, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "VolumeRestrictions",
  apiRange: "^1.0.0",
  create: ({ reader }: SchedulerComponents): SchedulerPlugin => createVolumeRestrictions(reader),
});

export default plugin;
