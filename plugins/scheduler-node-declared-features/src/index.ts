/**
 * The scheduler plugin NodeDeclaredFeatures: a pod that needs a feature of the kubelet fits only nodes whose
 * `status.declaredFeatures` name it (KEP-5328). What needs one: a restart rule with the action `RestartAllContainers`
 * (`RestartAllContainersOnContainerExits`), and `hostNetwork` together with `hostUsers: false`
 * (`UserNamespacesHostNetworkSupport`).
 *
 * ```ts
 * import plugin from "@pinnace/scheduler-node-declared-features";
 *
 * plugin.name; // NodeDeclaredFeatures
 * ```
 *
 * @packageDocumentation
 */
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import { SCHEDULER_PLUGIN_TYPE, type SchedulerComponents, type SchedulerPlugin } from "@pinnace/scheduler-framework";
import { createNodeDeclaredFeatures } from "./node-declared-features.ts";

const plugin: PluginDefinition<SchedulerComponents, unknown, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "NodeDeclaredFeatures",
  apiRange: "^1.0.0",
  create: (_components: SchedulerComponents): SchedulerPlugin => createNodeDeclaredFeatures(),
});

export default plugin;
