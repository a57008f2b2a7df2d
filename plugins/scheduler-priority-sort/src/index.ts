/**
 * The scheduler plugin PrioritySort: pods of a higher priority are tried first; among equals the one that came first.
 *
 * ```ts
 * import plugin from "@pinnace/scheduler-priority-sort";
 *
 * plugin.name; // PrioritySort
 * ```
 *
 * @packageDocumentation
 */
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import { SCHEDULER_PLUGIN_TYPE, type SchedulerComponents, type SchedulerPlugin } from "@pinnace/scheduler-framework";

const plugin: PluginDefinition<SchedulerComponents, unknown, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "PrioritySort",
  apiRange: "^1.0.0",
  create: (_components: SchedulerComponents): SchedulerPlugin => ({
    compare: (a, b) => (b.pod.pod.spec?.priority ?? 0) - (a.pod.pod.spec?.priority ?? 0) || a.timestamp - b.timestamp,
  }),
});

export default plugin;
