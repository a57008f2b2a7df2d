/**
 * The scheduler plugin NodeResourcesFit: a node must have what the pod requests, and by default the emptier one is
 * better (`LeastAllocated`). `scoringStrategy` may ask for `MostAllocated` or `RequestedToCapacityRatio` instead;
 * `ignoredResources` and `ignoredResourceGroups` leave extended resources out of the filter.
 *
 * ```ts
 * import plugin from "@pinnace/scheduler-node-resources-fit";
 *
 * plugin.name; // NodeResourcesFit
 * ```
 *
 * @packageDocumentation
 */
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import { SCHEDULER_PLUGIN_TYPE, type SchedulerComponents, type SchedulerPlugin } from "@pinnace/scheduler-framework";
import { CONFIG_SCHEMA, createNodeResourcesFit, type NodeResourcesFitArgs } from "./node-resources-fit.ts";

const plugin: PluginDefinition<SchedulerComponents, NodeResourcesFitArgs, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "NodeResourcesFit",
  apiRange: "^1.0.0",
  config: CONFIG_SCHEMA,
  create: createNodeResourcesFit,
});

export default plugin;
