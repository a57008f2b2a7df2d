/**
 * The scheduler plugin TargetLoadPacking: packs pods by the CPU that nodes really use, not by what pods request. It fills
 * nodes up to a target utilization, the busiest first, and spreads over them what goes beyond. The usage comes from
 * `metrics.k8s.io` (metrics-server, say), every 30 seconds; for pods that are too new to show in it the plugin takes their
 * limits, else their requests with something on top.
 *
 * ```ts
 * import plugin from "@pinnace/scheduler-target-load-packing";
 *
 * plugin.name; // TargetLoadPacking
 * ```
 *
 * It is optional: name it in a KubeSchedulerConfiguration, without the scores that pull the other way. Arguments, scores and
 * their defaults (below) are those of Trimaran in sigs.k8s.io/scheduler-plugins.
 *
 * ```yaml
 * apiVersion: kubescheduler.config.k8s.io/v1
 * kind: KubeSchedulerConfiguration
 * profiles:
 * - schedulerName: default-scheduler
 *   plugins:
 *     multiPoint:
 *       enabled: [{name: TargetLoadPacking}]
 *       disabled: [{name: NodeResourcesBalancedAllocation}]
 *     score:
 *       disabled: [{name: NodeResourcesFit}]
 *   pluginConfig:
 *   - name: TargetLoadPacking
 *     args:
 *       targetUtilization: 40              # percent; 10 below what is wanted is a good choice
 *       defaultRequests: {cpu: 1000m}      # of a container without requests and limits
 *       defaultRequestsMultiplier: "1.5"   # of a container with requests alone
 *       metricProvider: {type: KubernetesMetricsServer}
 * ```
 *
 * `KubernetesMetricsServer` is the only provider. The scheduler may read the metrics once it has `NODE_METRICS_ROLES`. A node
 * without metrics, or with some that are older than five minutes, gets the lowest score.
 *
 * ```ts
 * import { NODE_METRICS_ROLES } from "@pinnace/scheduler-target-load-packing";
 *
 * JSON.stringify({ apiVersion: "v1", kind: "List", items: NODE_METRICS_ROLES }); // for kubectl apply -f -
 * ```
 *
 * @packageDocumentation
 */
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import { SCHEDULER_PLUGIN_TYPE, type SchedulerComponents, type SchedulerPlugin } from "@pinnace/scheduler-framework";
import { createTargetLoadPacking, type TargetLoadPackingArgs } from "./target-load-packing.ts";

export { NODE_METRICS_ROLES } from "./node-metrics-roles.ts";

const plugin: PluginDefinition<SchedulerComponents, TargetLoadPackingArgs, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "TargetLoadPacking",
  apiRange: "^1.0.0",
  optional: true,
  config: {
    type: "object",
    properties: {
      targetUtilization: { type: "integer", maximum: 100, default: 40 },
      defaultRequests: { type: "object", properties: { cpu: { type: "string" } } },
      defaultRequestsMultiplier: { type: "string", default: "1.5" },
      metricProvider: {
        type: "object",
        properties: { type: { type: "string", enum: ["KubernetesMetricsServer"] } },
      },
    },
  },
  create: createTargetLoadPacking,
});

export default plugin;
