/**
 * The scheduler framework: the contract of scheduler plugins, and the runtime that a scheduler is built on. The extension
 * points, statuses and queueing hints are those of kube-scheduler.
 *
 * ```ts
 * import { definePlugin } from "@pinnace/plugin";
 * import { SCHEDULER_PLUGIN_TYPE, type SchedulerComponents, type SchedulerPlugin, SUCCESS, unschedulable } from "@pinnace/scheduler-framework";
 *
 * // Keeps pods off nodes without the label disk=ssd.
 * export default definePlugin({
 *   type: SCHEDULER_PLUGIN_TYPE,
 *   name: "SsdOnly",
 *   apiRange: "^1.0.0",
 *   create: (_components: SchedulerComponents): SchedulerPlugin => ({
 *     filter: (_cycle, { node }) =>
 *       node.metadata?.labels?.disk === "ssd" ? SUCCESS : unschedulable("node(s) had no ssd"),
 *   }),
 * });
 * ```
 *
 * Put the package into a folder that the scheduler looks at (`plugins/scheduler-ssd-only`), and name it in a profile. Error
 * codes: `PLUGIN_POINT_MISSING`, `PROFILE_INVALID`.
 *
 * @packageDocumentation
 */
export { ClusterCache } from "./cluster/cluster-cache.ts";
export { createNodeInfo, withNode, withoutPod, withPod, withPodChanged } from "./cluster/node-state.ts";
export { type PodClaim, podVolumeClaims } from "./cluster/pod-claims.ts";
export { createPodInfo } from "./cluster/pod-info.ts";
export { DEFAULT_MEMORY, DEFAULT_MILLI_CPU, podRequests, podRequestsOrDefaults } from "./cluster/pod-requests.ts";
export {
  addResources,
  amountsOf,
  equalResources,
  maxResources,
  milliOf,
  subtractResources,
  unitsOf,
} from "./cluster/resource-amounts.ts";
export { createSnapshot } from "./cluster/snapshot.ts";
export * from "./contract/background.ts";
export * from "./contract/components.ts";
export * from "./contract/cycle-state.ts";
export * from "./contract/events.ts";
export * from "./contract/node-info.ts";
export * from "./contract/points.ts";
export * from "./contract/resources.ts";
export * from "./contract/status.ts";
export { deviceClassOfResource } from "./devices/device-classes.ts";
export { chooseCandidate } from "./preemption/candidate-choice.ts";
export { type Budget, listBudgets, splitByBudgets } from "./preemption/disruption-budgets.ts";
export { Evictions } from "./preemption/evictions.ts";
export { byImportance, priorityOf, startOf } from "./preemption/importance.ts";
export { selectVictims, type VictimRules } from "./preemption/victims.ts";
export type { QueueItem } from "./queue/queue-item.ts";
export {
  type QueuePlace,
  type QueueRules,
  SchedulingQueue,
  type SchedulingQueueOptions,
} from "./queue/scheduling-queue.ts";
export { createCycleState } from "./runtime/cycle-state.ts";
export { fitMessage } from "./runtime/fit-message.ts";
export { type PreFilterOutcome, Profile, type ProfileOptions } from "./runtime/profile.ts";
export {
  DEFAULT_PLUGINS,
  type EnabledPlugin,
  type PluginSet,
  type PointName,
  type ProfileConfig,
} from "./runtime/profile-config.ts";
export { type NamedPlugin, namedPlugins, pluginNames } from "./runtime/resolve-plugins.ts";
export { pickHighest, type ScoredNode, ScoreTable } from "./runtime/score-table.ts";
export { VerdictCache } from "./runtime/verdict-cache.ts";
export { type KnownVerdict, plainVerdicts, type Verdicts } from "./runtime/verdicts.ts";
export { WaitingPodRegistry } from "./runtime/waiting-pods.ts";
export {
  EMPTY_DOMAIN,
  NO_DOMAIN,
  NodeColumn,
  type NumberOfRow,
  TopologyColumn,
} from "./scoring/node-column.ts";
export { matchesNodeAffinity, matchesTerm } from "./scoring/node-selector.ts";
export { NodeTally, RecentlyUsed } from "./scoring/node-tally.ts";
export { invertedScores, scaledScores } from "./scoring/normalize.ts";
export { signNonZeroRequests, signRequests, signTolerations } from "./scoring/sign.ts";
export { isTolerated } from "./scoring/tolerations.ts";
