/**
 * The scheduler plugin DynamicResources: a pod with ResourceClaims waits until they exist, goes only to nodes that can
 * reach the devices allocated to them, and reserves them before it is bound. Claims that nobody has allocated get the
 * first devices of a node that suit them (KEP-4381): by class and selectors, alternatives, constraints between devices,
 * taints, shares of a device's capacity and counters that devices share. Extended resources that a device class backs
 * are claims, too (KEP-5004). Where a driver has to bring a device to the node first, the pod is bound when the device's
 * binding conditions are true, and tries another device when one of its failure conditions is or `bindingTimeout` (10m0s)
 * is over (KEP-5007).
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
import { createDynamicResources, type DynamicResourcesArgs } from "./dynamic-resources.ts";

const plugin: PluginDefinition<SchedulerComponents, DynamicResourcesArgs, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "DynamicResources",
  apiRange: "^1.0.0",
  config: {
    type: "object",
    properties: { bindingTimeout: { type: "string" }, filterTimeout: { type: "string" } },
  },
  create: (components: SchedulerComponents, args: DynamicResourcesArgs): SchedulerPlugin =>
    createDynamicResources(components, args, compileDeviceExpression),
});

export default plugin;
