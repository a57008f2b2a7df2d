/** A scheduler plugin as somebody outside this repository writes it: keeps pods off the nodes of its configuration. */
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import {
  SCHEDULER_PLUGIN_TYPE,
  type SchedulerComponents,
  type SchedulerPlugin,
  SUCCESS,
  unresolvable,
} from "@pinnace/scheduler-framework";

interface Config {
  readonly nodes: readonly string[];
}

const plugin: PluginDefinition<SchedulerComponents, Config, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "Avoid",
  apiRange: "^1.0.0",
  config: {
    type: "object",
    properties: { nodes: { type: "array", items: { type: "string" }, default: ["sim-0"] } },
  },
  create: (_components: SchedulerComponents, { nodes }: Config): SchedulerPlugin => ({
    filter: (_cycle, { name }) => (nodes.includes(name) ? unresolvable(`node(s) were to be avoided`) : SUCCESS),
    eventsToRegister: () => [{ event: { resource: "Node", actions: ["Add"] } }],
  }),
});

export default plugin;
