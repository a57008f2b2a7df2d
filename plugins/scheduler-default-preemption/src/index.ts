/**
 * The scheduler plugin DefaultPreemption: when no node fits, it looks for one where the pod would fit without some pods of a
 * lower priority, evicts these, and nominates the pod to that node. It spares pods under a PodDisruptionBudget where it can.
 *
 * ```ts
 * import plugin from "@pinnace/scheduler-default-preemption";
 *
 * plugin.name; // DefaultPreemption
 * ```
 *
 * @packageDocumentation
 */
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import { SCHEDULER_PLUGIN_TYPE, type SchedulerComponents, type SchedulerPlugin } from "@pinnace/scheduler-framework";
import { DefaultPreemption, type DefaultPreemptionArgs } from "./default-preemption.ts";

const plugin: PluginDefinition<SchedulerComponents, DefaultPreemptionArgs, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "DefaultPreemption",
  apiRange: "^1.0.0",
  config: {
    type: "object",
    properties: {
      minCandidateNodesPercentage: { type: "integer", minimum: 0, maximum: 100, default: 10 },
      minCandidateNodesAbsolute: { type: "integer", minimum: 0, default: 100 },
    },
  },
  create: (components: SchedulerComponents, args: DefaultPreemptionArgs): SchedulerPlugin =>
    new DefaultPreemption(components, args).plugin(),
});

export default plugin;
