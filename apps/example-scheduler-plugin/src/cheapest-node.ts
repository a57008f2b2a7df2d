import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import {
  type NodeInfo,
  SCHEDULER_PLUGIN_TYPE,
  type SchedulerComponents,
  type SchedulerPlugin,
  scaledScores,
} from "@pinnace/scheduler-framework";

const priceOf = ({ node }: NodeInfo): number => Number(node.metadata?.labels?.price ?? Number.POSITIVE_INFINITY);

/** Prefers the node with the lowest `price` label. */
export const cheapestNode: PluginDefinition<SchedulerComponents, unknown, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "CheapestNode",
  apiRange: "^1.0.0",
  create: (_components: SchedulerComponents): SchedulerPlugin => ({
    score: (_cycle, node) => Math.round(1_000_000 / priceOf(node)),
    normalizeScore: (_cycle, scores) => scaledScores(scores),
  }),
});
