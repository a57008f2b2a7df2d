/**
 * The scheduler plugin GangScheduling (KEP-4671, alpha in Kubernetes 1.36): pods whose `spec.schedulingGroup.podGroupName`
 * names a PodGroup with the policy `gang` are scheduled together. They are not tried before `minCount` of them are there,
 * and none is bound before `minCount` have a node; those that wait longer than five minutes give theirs up.
 *
 * ```ts
 * import plugin from "@pinnace/scheduler-gang-scheduling";
 *
 * plugin.name; // GangScheduling
 * ```
 *
 * It is optional, and the kinds are off by default: `pinnace up --feature-gates GenericWorkload=true,GangScheduling=true`
 * serves them and uses the plugin. In a KubeSchedulerConfiguration it is to be named:
 *
 * ```yaml
 * apiVersion: kubescheduler.config.k8s.io/v1
 * kind: KubeSchedulerConfiguration
 * profiles:
 * - schedulerName: default-scheduler
 *   plugins:
 *     multiPoint: {enabled: [{name: GangScheduling}]}
 * ```
 *
 * Pods are placed one by one: a gang that fits only in part holds its places until the five minutes are over. The
 * condition `PodGroupScheduled` says how it went.
 *
 * @packageDocumentation
 */
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import { SCHEDULER_PLUGIN_TYPE, type SchedulerComponents, type SchedulerPlugin } from "@pinnace/scheduler-framework";
import { GangScheduling } from "./gang-scheduling.ts";

const plugin: PluginDefinition<SchedulerComponents, unknown, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "GangScheduling",
  apiRange: "^1.0.0",
  optional: true,
  create: (components: SchedulerComponents): SchedulerPlugin => new GangScheduling(components).plugin(),
});

export default plugin;
