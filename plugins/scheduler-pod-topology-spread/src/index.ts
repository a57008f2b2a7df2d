/**
 * The scheduler plugin PodTopologySpread: `DoNotSchedule` constraints of a pod refuse nodes whose domain would get too
 * many matching pods, `ScheduleAnyway` constraints prefer domains with few. Pods without constraints that belong to a
 * Service or a controller are spread over hosts and zones as a preference.
 *
 * ```ts
 * import plugin from "@pinnace/scheduler-pod-topology-spread";
 *
 * plugin.name; // PodTopologySpread
 * ```
 *
 * @packageDocumentation
 */
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import { SCHEDULER_PLUGIN_TYPE, type SchedulerComponents, type SchedulerPlugin } from "@pinnace/scheduler-framework";
import type { PodTopologySpreadArgs } from "./default-constraints.ts";
import { createPodTopologySpread } from "./pod-topology-spread.ts";

const plugin: PluginDefinition<SchedulerComponents, PodTopologySpreadArgs, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "PodTopologySpread",
  apiRange: "^1.0.0",
  config: {
    type: "object",
    properties: {
      defaultingType: { enum: ["System", "List"] },
      defaultConstraints: {
        type: "array",
        items: {
          type: "object",
          required: ["topologyKey", "whenUnsatisfiable", "maxSkew"],
          properties: {
            topologyKey: { type: "string", minLength: 1 },
            whenUnsatisfiable: { enum: ["DoNotSchedule", "ScheduleAnyway"] },
            maxSkew: { type: "integer", minimum: 1 },
          },
        },
      },
    },
  },
  create: ({ reader }: SchedulerComponents, args: PodTopologySpreadArgs): SchedulerPlugin =>
    createPodTopologySpread(reader, args),
});

export default plugin;
