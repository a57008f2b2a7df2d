/**
 * The scheduler plugin DynamicResources: a pod with ResourceClaims waits until they exist, goes only to nodes that can
 * reach the devices allocated to them, and reserves them before it is bound. Claims that nobody has allocated get the
 * first devices of a node that suit them (KEP-4381): by class and selectors, alternatives, constraints between devices,
 * taints, shares of a device's capacity and counters that devices share. Extended resources that a device class backs
 * are claims, too (KEP-5004).
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
import { compileDeviceExpression } from "./device-expression.ts";
import { createDynamicResources } from "./dynamic-resources.ts";

const plugin: PluginDefinition<SchedulerComponents, unknown, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "DynamicResources",
  apiRange: "^1.0.0",
  create: (components: SchedulerComponents): SchedulerPlugin =>
    createDynamicResources(components, compileDeviceExpression),
});

export default plugin;
