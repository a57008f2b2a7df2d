/**
 * The scheduler plugin NodeUnschedulable: cordoned nodes (`spec.unschedulable`) take only pods that tolerate
 * `node.kubernetes.io/unschedulable`.
 *
 * ```ts
 * import plugin from "@pinnace/scheduler-node-unschedulable";
 *
 * plugin.name; // NodeUnschedulable
 * ```
 *
 * @packageDocumentation
 */
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import {
  isTolerated,
  SCHEDULER_PLUGIN_TYPE,
  type SchedulerComponents,
  type SchedulerPlugin,
  SUCCESS,
  signTolerations,
  unresolvable,
} from "@pinnace/scheduler-framework";

const TAINT = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" } as const;
const REJECTED = unresolvable("node(s) were unschedulable");

const plugin: PluginDefinition<SchedulerComponents, unknown, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "NodeUnschedulable",
  apiRange: "^1.0.0",
  create: (_components: SchedulerComponents): SchedulerPlugin => ({
    filter: ({ pod }, { node }) =>
      !node.spec?.unschedulable || isTolerated(TAINT, pod.pod.spec?.tolerations) ? SUCCESS : REJECTED,
    signPod: ({ pod }) => [signTolerations(pod)],
    eventsToRegister: () => [
      {
        event: { resource: "Node", actions: ["Add", "UpdateNodeTaint"] },
        hint: (_pod, _before, after) =>
          (after as { spec?: { unschedulable?: boolean } } | undefined)?.spec?.unschedulable ? "QueueSkip" : "Queue",
      },
      { event: { resource: "UnscheduledPod", actions: ["UpdatePodTolerations"] } },
    ],
  }),
});

export default plugin;
