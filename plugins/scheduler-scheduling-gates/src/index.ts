/**
 * The scheduler plugin SchedulingGates: a pod with `spec.schedulingGates` does not enter the queue until all its gates
 * are removed (KEP-3521).
 *
 * ```ts
 * import plugin from "@pinnace/scheduler-scheduling-gates";
 *
 * plugin.name; // SchedulingGates
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
  unresolvable,
} from "@pinnace/scheduler-framework";

const plugin: PluginDefinition<SchedulerComponents, unknown, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "SchedulingGates",
  apiRange: "^1.0.0",
  create: (_components: SchedulerComponents): SchedulerPlugin => ({
    preEnqueue: ({ pod }) => {
      const gates = (pod.spec?.schedulingGates ?? []).map(({ name }) => name);
      return gates.length === 0 ? SUCCESS : unresolvable(`waiting for scheduling gates: [${gates.join(" ")}]`);
    },
    eventsToRegister: () => [
      { event: { resource: "UnscheduledPod", actions: ["UpdatePodSchedulingGatesEliminated"] } },
    ],
  }),
});

export default plugin;
