/**
 * The scheduler plugin NodeResourcesBalancedAllocation: prefers nodes whose resources would be used to similar shares.
 *
 * ```ts
 * import plugin from "@pinnace/scheduler-node-resources-balanced-allocation";
 *
 * plugin.name; // NodeResourcesBalancedAllocation
 * ```
 *
 * @packageDocumentation
 */
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import {
  MAX_SCORE,
  type NodeInfo,
  type PodInfo,
  type Resources,
  SCHEDULER_PLUGIN_TYPE,
  type SchedulerComponents,
  type SchedulerPlugin,
  SKIP,
  SUCCESS,
  signRequests,
} from "@pinnace/scheduler-framework";

/** The plugin's configuration (NodeResourcesBalancedAllocationArgs); default CPU and memory. */
export interface BalancedAllocationArgs {
  readonly resources?: readonly { readonly name: string }[];
}

const DEFAULT_RESOURCES = [{ name: "cpu" }, { name: "memory" }];

function amountOf(amounts: Resources, name: string): number {
  if (name === "cpu") return amounts.milliCpu;
  if (name === "memory") return amounts.memory;
  return name === "ephemeral-storage" ? amounts.ephemeralStorage : (amounts.scalar.get(name) ?? 0);
}

/** Undefined when the node does not have the resource. */
function share(pod: PodInfo, node: NodeInfo, name: string): number | undefined {
  const total = amountOf(node.allocatable, name);
  if (total === 0) return undefined;
  return Math.min((amountOf(node.requested, name) + amountOf(pod.requests, name)) / total, 1);
}

/** 100 less the standard deviation of the shares. */
function score(pod: PodInfo, node: NodeInfo, names: readonly string[]): number {
  const shares: number[] = [];
  for (const name of names) {
    const value = share(pod, node, name);
    if (value !== undefined) shares.push(value);
  }
  return Math.floor((1 - deviation(shares)) * MAX_SCORE);
}

/** The usual two resources have a simple formula, which also rounds like upstream's. */
function deviation(shares: readonly number[]): number {
  if (shares.length < 2) return 0;
  if (shares.length === 2) return Math.abs((shares[0]! - shares[1]!) / 2);
  const mean = shares.reduce((sum, value) => sum + value, 0) / shares.length;
  return Math.sqrt(shares.reduce((sum, value) => sum + (value - mean) ** 2, 0) / shares.length);
}

const plugin: PluginDefinition<SchedulerComponents, BalancedAllocationArgs, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "NodeResourcesBalancedAllocation",
  apiRange: "^1.0.0",
  config: {
    type: "object",
    properties: {
      resources: {
        type: "array",
        items: { type: "object", required: ["name"], properties: { name: { type: "string" }, weight: { enum: [1] } } },
      },
    },
  },
  create: (_components: SchedulerComponents, args: BalancedAllocationArgs): SchedulerPlugin => {
    const names = (args.resources ?? DEFAULT_RESOURCES).map(({ name }) => name);
    return {
      // A pod that requests nothing changes no share: no node is better than another.
      preScore: ({ pod }) => {
        const { requests } = pod;
        const empty = !requests.milliCpu && !requests.memory && !requests.ephemeralStorage && !requests.scalar.size;
        return empty ? SKIP : SUCCESS;
      },
      score: ({ pod }, node) => score(pod, node, names),
      signPod: ({ pod }) => [signRequests(pod)],
    };
  },
});

export default plugin;
