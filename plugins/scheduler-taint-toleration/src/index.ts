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
import type { Taint, Toleration } from "@pinnace/api";
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import {
  invertedScores,
  isTolerated,
  SCHEDULER_PLUGIN_TYPE,
  type SchedulerComponents,
  type SchedulerPlugin,
  SUCCESS,
  signTolerations,
  unresolvable,
} from "@pinnace/scheduler-framework";

const REJECTED = unresolvable("node(s) had untolerated taint(s)");

/** How many `PreferNoSchedule` taints are not tolerated. */
function intolerable(taints: readonly Taint[], tolerations: readonly Toleration[] = []): number {
  const preferences = taints.filter(({ effect }) => effect === "PreferNoSchedule");
  if (preferences.length === 0) return 0;
  const relevant = tolerations.filter(({ effect }) => !effect || effect === "PreferNoSchedule");
  return preferences.filter((taint) => !isTolerated(taint, relevant)).length;
}

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
      const taints = node.spec?.taints;
      return taints === undefined ? 0 : intolerable(taints, pod.pod.spec?.tolerations);
    },
    normalizeScore: (_cycle, scores) => invertedScores(scores),
    signPod: ({ pod }) => [signTolerations(pod)],
    eventsToRegister: () => [
      { event: { resource: "Node", actions: ["Add", "UpdateNodeTaint"] } },
      { event: { resource: "UnscheduledPod", actions: ["UpdatePodTolerations"] } },
    ],
  }),
});

export default plugin;
