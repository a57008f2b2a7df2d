/**
 * The scheduler plugin InterPodAffinity: required pod affinity and anti-affinity, also that of pods which run already,
 * filter; preferred terms score. `hardPodAffinityWeight` (default 1) is what a required affinity term of a running pod is
 * worth to a pod that meets it.
 *
 * ```ts
 * import plugin from "@pinnace/scheduler-inter-pod-affinity";
 *
 * plugin.name; // InterPodAffinity
 * ```
 *
 * @packageDocumentation
 */
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import { SCHEDULER_PLUGIN_TYPE, type SchedulerComponents, type SchedulerPlugin } from "@pinnace/scheduler-framework";
import { AffinityFilter, filter, filterRows, recount } from "./filtering.ts";
import { afterNamespaceChange, afterNodeChange, afterPodChange } from "./queueing-hints.ts";
import { AffinityScore, normalizeScore, type ScoringOptions, score, scoreTable } from "./scoring.ts";

const plugin: PluginDefinition<SchedulerComponents, ScoringOptions, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "InterPodAffinity",
  apiRange: "^1.0.0",
  config: {
    type: "object",
    properties: {
      hardPodAffinityWeight: { type: "integer", minimum: 0, maximum: 100, default: 1 },
      ignorePreferredTermsOfExistingPods: { type: "boolean", default: false },
    },
  },
  create: ({ reader }: SchedulerComponents, options: ScoringOptions): SchedulerPlugin => {
    const [filtering, scoring] = [new AffinityFilter(reader), new AffinityScore(reader, options)];
    return {
      preFilter: (cycle) => filtering.preFilter(cycle),
      filter,
      filterRows,
      addPod: (cycle, added, node) => recount(cycle, added, node, 1),
      removePod: (cycle, removed, node) => recount(cycle, removed, node, -1),
      preScore: (cycle) => scoring.preScore(cycle),
      score,
      scoreTable,
      normalizeScore: (_cycle, scores) => normalizeScore(scores),
      eventsToRegister: () => [
        { event: { resource: "Pod", actions: ["Add", "UpdatePodLabel", "Delete"] }, hint: afterPodChange(reader) },
        { event: { resource: "Node", actions: ["Add", "UpdateNodeLabel"] }, hint: afterNodeChange },
        { event: { resource: "Namespace", actions: ["Add", "Update"] }, hint: afterNamespaceChange },
      ],
    };
  },
});

export default plugin;
