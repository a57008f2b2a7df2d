/**
 * The scheduler plugin TaintToleration: refuses nodes with `NoSchedule` or `NoExecute` taints that a pod does not
 * tolerate, and prefers nodes with the fewest `PreferNoSchedule` taints that it does not tolerate.
 *
 * ```ts
 * import plugin from "@pinnace/scheduler-taint-toleration";
 *
 * plugin.name; // TaintToleration
 * ```
 *
 * @packageDocumentation
 */
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import {
  invertedScores,
  isTolerated,
  SCHEDULER_PLUGIN_TYPE,
  type SchedulerComponents,
  type SchedulerPlugin,
  SUCCESS,
  unresolvable,
} from "@pinnace/scheduler-framework";

const REJECTED = unresolvable("node(s) had untolerated taint(s)");

const plugin: PluginDefinition<SchedulerComponents, unknown, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "TaintToleration",
  apiRange: "^1.0.0",
  create: (_components: SchedulerComponents): SchedulerPlugin => ({
    filter: ({ pod }, { node }) => {
      for (const taint of node.spec?.taints ?? []) {
        if (taint.effect !== "PreferNoSchedule" && !isTolerated(taint, pod.pod.spec?.tolerations)) return REJECTED;
      }
      return SUCCESS;
    },
    score: ({ pod }, { node }) => {
      const tolerations = (pod.pod.spec?.tolerations ?? []).filter(
        ({ effect }) => !effect || effect === "PreferNoSchedule",
      );
      const taints = (node.spec?.taints ?? []).filter(({ effect }) => effect === "PreferNoSchedule");
      return taints.filter((taint) => !isTolerated(taint, tolerations)).length;
    },
    normalizeScore: (_cycle, scores) => invertedScores(scores),
    eventsToRegister: () => [
      { event: { resource: "Node", actions: ["Add", "UpdateNodeTaint"] } },
      { event: { resource: "UnscheduledPod", actions: ["UpdatePodTolerations"] } },
    ],
  }),
});

export default plugin;
