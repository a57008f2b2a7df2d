/**
 * The scheduler plugin CapacityScheduling: namespaces share a cluster by ElasticQuotas. `spec.min` is a namespace's own in
 * any case; what others leave of theirs it may borrow, up to `spec.max`. When they want it back, the borrower's pods are
 * evicted, whatever their priority. All namespaces with a quota together use no more than the sum of their `min`.
 *
 * ```ts
 * import plugin from "@pinnace/scheduler-capacity-scheduling";
 *
 * plugin.name; // CapacityScheduling
 * ```
 *
 * It is optional: name it in a KubeSchedulerConfiguration, instead of DefaultPreemption, which knows no quotas.
 *
 * ```yaml
 * apiVersion: kubescheduler.config.k8s.io/v1
 * kind: KubeSchedulerConfiguration
 * profiles:
 * - schedulerName: default-scheduler
 *   plugins:
 *     multiPoint: {enabled: [{name: CapacityScheduling}], disabled: [{name: DefaultPreemption}]}
 * ```
 *
 * The quotas are a custom resource; `ELASTIC_QUOTA_DEFINITION` is its CustomResourceDefinition, as
 * sigs.k8s.io/scheduler-plugins has it, whose texts and rules these are. Pods that run
 * are summed up in `status.used`, which the scheduler may write once it has `ELASTIC_QUOTA_ROLES`.
 *
 * ```ts
 * import { ELASTIC_QUOTA_DEFINITION, ELASTIC_QUOTA_ROLES } from "@pinnace/scheduler-capacity-scheduling";
 *
 * const items = [ELASTIC_QUOTA_DEFINITION, ...ELASTIC_QUOTA_ROLES];
 * JSON.stringify({ apiVersion: "v1", kind: "List", items }); // for kubectl apply -f -
 * ```
 *
 * @packageDocumentation
 */
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import { SCHEDULER_PLUGIN_TYPE, type SchedulerComponents, type SchedulerPlugin } from "@pinnace/scheduler-framework";
import { CapacityScheduling } from "./capacity-scheduling.ts";

export type { ElasticQuota } from "./elastic-quota.ts";
export { ELASTIC_QUOTA_DEFINITION, ELASTIC_QUOTA_ROLES } from "./elastic-quota-definition.ts";

const plugin: PluginDefinition<SchedulerComponents, unknown, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "CapacityScheduling",
  apiRange: "^1.0.0",
  optional: true,
  create: (components: SchedulerComponents): SchedulerPlugin => new CapacityScheduling(components).plugin(),
});

export default plugin;
