/**
 * The scheduler plugin VolumeBinding: a pod goes only where its bound volumes can be reached. Claims whose class waits for
 * the first consumer get a matching volume of the chosen node, or their provisioner is told the node; the pod is bound
 * when its volumes are.
 *
 * ```ts
 * import plugin from "@pinnace/scheduler-volume-binding";
 *
 * plugin.name; // VolumeBinding
 * ```
 *
 * @packageDocumentation
 */
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import { SCHEDULER_PLUGIN_TYPE, type SchedulerComponents, type SchedulerPlugin } from "@pinnace/scheduler-framework";
import { VolumeBinding, type VolumeBindingArgs } from "./volume-binding.ts";

const plugin: PluginDefinition<SchedulerComponents, VolumeBindingArgs, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "VolumeBinding",
  apiRange: "^1.0.0",
  config: {
    type: "object",
    properties: { bindTimeoutSeconds: { type: "integer", minimum: 0, default: 600 } },
  },
  create: (components: SchedulerComponents, args: VolumeBindingArgs): SchedulerPlugin =>
    new VolumeBinding(components, args).plugin(),
});

export default plugin;
