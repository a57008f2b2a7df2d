/**
 * The scheduler plugin DefaultBinder: writes the pod's `binding` subresource.
 *
 * ```ts
 * import plugin from "@pinnace/scheduler-default-binder";
 *
 * plugin.name; // DefaultBinder
 * ```
 *
 * @packageDocumentation
 */
import { messageOf } from "@pinnace/errors";
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import {
  SCHEDULER_PLUGIN_TYPE,
  type SchedulerComponents,
  type SchedulerPlugin,
  SUCCESS,
} from "@pinnace/scheduler-framework";

const plugin: PluginDefinition<SchedulerComponents, unknown, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "DefaultBinder",
  apiRange: "^1.0.0",
  create: ({ writer }: SchedulerComponents): SchedulerPlugin => ({
    bind: async ({ pod }, nodeName) => {
      try {
        await writer.bind(pod.pod, nodeName);
        return SUCCESS;
      } catch (cause) {
        return { code: "Error", reasons: [messageOf(cause)], cause };
      }
    },
  }),
});

export default plugin;
