/**
 * The scheduler plugin VolumeZone: a node must be in the zone and region that the labels of a pod's bound volumes name.
 *
 * ```ts
 * import plugin from "@pinnace/scheduler-volume-zone";
 *
 * plugin.name; // VolumeZone
 * ```
 *
 * @packageDocumentation
 */
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import { SCHEDULER_PLUGIN_TYPE, type SchedulerComponents, type SchedulerPlugin } from "@pinnace/scheduler-framework";
import { createVolumeZone } from "./volume-zone.ts";

const plugin: PluginDefinition<SchedulerComponents, unknown, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "VolumeZone",
  apiRange: "^1.0.0",
  create: ({ reader }: SchedulerComponents): SchedulerPlugin => createVolumeZone(reader),
});

export default plugin;
