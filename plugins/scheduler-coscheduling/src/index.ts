/**
 * The scheduler plugin Coscheduling: pods that are of use only together (the workers of one training run, say) are bound
 * together or not at all. Pods with the label `scheduling.x-k8s.io/pod-group: <name>` belong to the PodGroup of that name
 * in their namespace, and wait after a node was found for them until `spec.minMember` of them have one.
 *
 * ```ts
 * import plugin from "@pinnace/scheduler-coscheduling";
 *
 * plugin.name; // Coscheduling
 * ```
 *
 * It is optional: name it in a KubeSchedulerConfiguration. It brings the order of the queue, too, so that members of a
 * group follow each other.
 *
 * ```yaml
 * apiVersion: kubescheduler.config.k8s.io/v1
 * kind: KubeSchedulerConfiguration
 * profiles:
 * - schedulerName: default-scheduler
 *   plugins:
 *     multiPoint: {enabled: [{name: Coscheduling}]}
 *     queueSort: {enabled: [{name: Coscheduling}], disabled: [{name: "*"}]}
 *   pluginConfig:
 *   - name: Coscheduling
 *     args: {permitWaitingTimeSeconds: 60, podGroupBackoffSeconds: 10}
 * ```
 *
 * The groups are a custom resource; `POD_GROUP_DEFINITION` is its CustomResourceDefinition, as
 * sigs.k8s.io/scheduler-plugins has it, whose texts and semantics these are.
 *
 * ```ts
 * import { POD_GROUP_DEFINITION } from "@pinnace/scheduler-coscheduling";
 *
 * JSON.stringify(POD_GROUP_DEFINITION); // for kubectl apply -f -
 * ```
 *
 * @packageDocumentation
 */
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import { SCHEDULER_PLUGIN_TYPE, type SchedulerComponents, type SchedulerPlugin } from "@pinnace/scheduler-framework";
import { Coscheduling, type CoschedulingArgs } from "./coscheduling.ts";

export { POD_GROUP_LABEL, type PodGroup } from "./pod-group.ts";
export { POD_GROUP_DEFINITION } from "./pod-group-definition.ts";

const plugin: PluginDefinition<SchedulerComponents, CoschedulingArgs, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "Coscheduling",
  apiRange: "^1.0.0",
  optional: true,
  config: {
    type: "object",
    properties: {
      permitWaitingTimeSeconds: { type: "integer", minimum: 0, default: 60 },
      podGroupBackoffSeconds: { type: "integer", minimum: 1, default: 10 },
    },
  },
  create: (components: SchedulerComponents, args: CoschedulingArgs): SchedulerPlugin =>
    new Coscheduling(components, args).plugin(),
});

export default plugin;
