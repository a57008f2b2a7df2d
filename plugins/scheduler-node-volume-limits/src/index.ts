/**
 * The scheduler plugin NodeVolumeLimits: a node takes only as many volumes of a CSI driver as its CSINode allows.
 *
 * ```ts
 * import plugin from "@pinnace/scheduler-node-volume-limits";
 *
 * plugin.name; // NodeVolumeLimits
 * ```
 *
 * @packageDocumentation
 */
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import { SCHEDULER_PLUGIN_TYPE, type SchedulerComponents, type SchedulerPlugin } from "@pinnace/scheduler-framework";
import { createNodeVolumeLimits } from "./node-volume-limits.ts";

const plugin: PluginDefinition<SchedulerComponents, unknown, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "NodeVolumeLimits",
  apiRange: "^1.0.0",
  create: ({ reader }: SchedulerComponents): SchedulerPlugin => createNodeVolumeLimits(reader),
});

export default plugin;
