/**
 * The frame in which controllers run: watches feed a queue of keys, one function reconciles a key, failures back off.
 *
 * ```ts
 * import { CONFIG_MAPS } from "@pinnace/api";
 * import { type ControllerFactory, watchOf } from "@pinnace/controller-runtime";
 *
 * export const labelController: ControllerFactory = {
 *   name: "label-controller",
 *   create: ({ client, informers }) => {
 *     const configMaps = informers.informer(CONFIG_MAPS);
 *     return {
 *       watches: [watchOf(configMaps)],
 *       reconcile: async (key) => {
 *         const configMap = configMaps.lister.get(key);
 *         if (configMap === undefined || configMap.metadata?.labels?.seen === "true") return undefined;
 *         const { name = "", namespace = "" } = configMap.metadata ?? {};
 *         const body = { metadata: { labels: { seen: "true" } } };
 *         await client.resource(CONFIG_MAPS).namespace(namespace).patch(name, { type: "merge", body });
 *         return undefined;
 *       },
 *     };
 *   },
 * };
 * ```
 *
 * `createControllerManager` runs a list of such factories over shared informers, each under an identity of its own.
 * What upstream's controllers have in common is here, too: events with client-go's correlation, expectations, adoption,
 * conditions, and the rules about pods (active, ready, available, who is deleted first).
 *
 * @packageDocumentation
 */
export { type ClaimOptions, type ClaimPlan, claim, planClaim } from "./claim.ts";
export {
  type ConditionLike,
  findCondition,
  isConditionTrue,
  withCondition,
  withoutCondition,
} from "./conditions.ts";
export * from "./controller.ts";
export {
  type ControllerManager,
  type ControllerManagerComponents,
  type ControllerManagerOptions,
  controllerIdentity,
  createControllerManager,
} from "./controller-manager.ts";
export {
  createEventRecorder,
  type EventRecorderComponents,
  type StoppableEventRecorder,
} from "./events/event-recorder.ts";
export { Expectations } from "./expectations.ts";
export { controllerKey, controllerOf, controllerReference, isControlledBy } from "./owner-references.ts";
export { podsPerNode, rankPodsForDeletion } from "./pods/pod-ranking.ts";
export {
  isPodActive,
  isPodAvailable,
  isPodFinished,
  isPodReady,
  isTerminating,
  podFromTemplate,
  readySince,
  untilNextAvailable,
} from "./pods/pod-state.ts";
export { type StartControllerOptions, startController } from "./start-controller.ts";
export { WorkQueueMetrics } from "./work-queue-metrics.ts";
