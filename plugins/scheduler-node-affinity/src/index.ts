/**
 * The scheduler plugin NodeAffinity: `nodeSelector` and required node affinity filter, preferred node affinity scores.
 * `addedAffinity` is demanded of every pod of the profile.
 *
 * ```ts
 * import plugin from "@pinnace/scheduler-node-affinity";
 *
 * plugin.name; // NodeAffinity
 * ```
 *
 * @packageDocumentation
 */
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import { SCHEDULER_PLUGIN_TYPE, type SchedulerComponents, type SchedulerPlugin } from "@pinnace/scheduler-framework";
import { createNodeAffinity, type NodeAffinityArgs } from "./node-affinity.ts";

const plugin: PluginDefinition<SchedulerComponents, NodeAffinityArgs, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "NodeAffinity",
  apiRange: "^1.0.0",
  config: { type: "object", properties: { addedAffinity: { type: "object", additionalProperties: true } } },
  create: (_components: SchedulerComponents, args: NodeAffinityArgs): SchedulerPlugin => createNodeAffinity(args),
});

export default plugin;
