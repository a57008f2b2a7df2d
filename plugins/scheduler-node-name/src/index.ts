/**
 * The scheduler plugin NodeName: a pod that names its node (`spec.nodeName`) fits no other.
 *
 * ```ts
 * import plugin from "@pinnace/scheduler-node-name";
 *
 * plugin.name; // NodeName
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

const REJECTED = unresolvable("node(s) didn't match the requested node name");

const plugin: PluginDefinition<SchedulerComponents, unknown, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "NodeName",
  apiRange: "^1.0.0",
  create: (_components: SchedulerComponents): SchedulerPlugin => ({
    filter: ({ pod }, node) => {
      const wanted = pod.pod.spec?.nodeName;
      return !wanted || wanted === node.name ? SUCCESS : REJECTED;
    },
    signPod: ({ pod }) => [{ key: "spec.nodeName", value: pod.pod.spec?.nodeName ?? "" }],
    eventsToRegister: () => [{ event: { resource: "Node", actions: ["Add"] } }],
  }),
});

export default plugin;
