/**
 * The scheduler plugin NodePorts: two pods of a node cannot have the same host port.
 *
 * ```ts
 * import plugin from "@pinnace/scheduler-node-ports";
 *
 * plugin.name; // NodePorts
 * ```
 *
 * @packageDocumentation
 */
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import {
  type HostPort,
  SCHEDULER_PLUGIN_TYPE,
  type SchedulerComponents,
  type SchedulerPlugin,
  SKIP,
  SUCCESS,
  unschedulable,
} from "@pinnace/scheduler-framework";

const REJECTED = unschedulable("node(s) didn't have free ports for the requested pod ports");
const ANY = "0.0.0.0";

const conflicts = (a: HostPort, b: HostPort): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === ANY || b.ip === ANY);

const plugin: PluginDefinition<SchedulerComponents, unknown, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "NodePorts",
  apiRange: "^1.0.0",
  create: (_components: SchedulerComponents): SchedulerPlugin => ({
    preFilter: ({ pod }) => ({ status: pod.hostPorts.length === 0 ? SKIP : SUCCESS }),
    filter: ({ pod }, node) =>
      pod.hostPorts.some((wanted) => node.usedPorts.some((used) => conflicts(wanted, used))) ? REJECTED : SUCCESS,
    signPod: ({ pod }) => [{ key: "spec.containers.hostPorts()", value: JSON.stringify(pod.hostPorts) }],
    eventsToRegister: () => [
      { event: { resource: "AssignedPod", actions: ["Delete"] } },
      { event: { resource: "Node", actions: ["Add"] } },
    ],
  }),
});

export default plugin;
