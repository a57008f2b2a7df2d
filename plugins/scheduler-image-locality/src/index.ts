/**
 * The scheduler plugin ImageLocality: prefers nodes that have the pod's images, the larger the better, and less so for
 * images that only few nodes have.
 *
 * ```ts
 * import plugin from "@pinnace/scheduler-image-locality";
 *
 * plugin.name; // ImageLocality
 * ```
 *
 * @packageDocumentation
 */
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import {
  type Cycle,
  MAX_SCORE,
  type NodeInfo,
  SCHEDULER_PLUGIN_TYPE,
  type SchedulerComponents,
  type SchedulerPlugin,
} from "@pinnace/scheduler-framework";

const MEBIBYTE = 1024 * 1024;
const LEAST = 23 * MEBIBYTE;
const MOST_PER_CONTAINER = 1000 * MEBIBYTE;

/** `busybox` is kept as `busybox:latest`. */
function normalized(image: string): string {
  return image.lastIndexOf(":") <= image.lastIndexOf("/") ? `${image}:latest` : image;
}

function nodesWith(cycle: Cycle, image: string): number {
  return cycle.snapshot.nodes.filter((node) => node.images.has(image)).length;
}

function score(cycle: Cycle, node: NodeInfo): number {
  const { spec } = cycle.pod.pod;
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  const total = cycle.snapshot.nodes.length;
  if (node.images.size === 0 || total === 0) return 0;
  let sum = 0;
  for (const { image } of containers) {
    const name = normalized(image ?? "");
    const size = node.images.get(name)?.size;
    if (size !== undefined) sum += Math.floor(size * (nodesWith(cycle, name) / total));
  }
  const most = MOST_PER_CONTAINER * containers.length;
  const bounded = Math.min(Math.max(sum, LEAST), most);
  return Math.floor((MAX_SCORE * (bounded - LEAST)) / (most - LEAST));
}

const plugin: PluginDefinition<SchedulerComponents, unknown, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "ImageLocality",
  apiRange: "^1.0.0",
  create: (_components: SchedulerComponents): SchedulerPlugin => ({ score }),
});

export default plugin;
