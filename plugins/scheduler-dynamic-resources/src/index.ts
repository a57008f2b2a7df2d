/**
 * The scheduler plugin DynamicResources: a pod with ResourceClaims waits until they exist, goes only to nodes that can
 * reach the devices allocated to them, and reserves them before it is bound. It allocates no devices itself: a claim
 * that nobody has allocated keeps its pod pending.
 *
 * ```ts
 * import plugin from "@pinnace/scheduler-dynamic-resources";
 *
 * plugin.name; // DynamicResources
 * ```
 *
 * @packageDocumentation
 */
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import { SCHEDULER_PLUGIN_TYPE, type SchedulerComponents, type SchedulerPlugin } from "@pinnace/scheduler-framework";
import { createDynamicResources } from "./dynamic-resources.ts";

const plugin: PluginDefinition<SchedulerComponents, unknown, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "DynamicResources",
  apiRange: "^1.0.0",
  create: (components: SchedulerComponents): SchedulerPlugin => createDynamicResources(components),
});

export default plugin;
