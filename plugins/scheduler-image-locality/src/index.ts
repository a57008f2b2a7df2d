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
  type SignFragment,
  SKIP,
  type StateData,
  type Status,
  SUCCESS,
} from "@pinnace/scheduler-framework";

const MEBIBYTE = 1024 * 1024;
const LEAST = 23 * MEBIBYTE;
const MOST_PER_CONTAINER = 1000 * MEBIBYTE;

/** `busybox` is kept as `busybox:latest`. */
function normalized(image: string): string {
  return image.lastIndexOf(":") <= image.lastIndexOf("/") ? `${image}:latest` : image;
}

const STATE = "ImageLocality";

interface Images extends StateData {
  /** The images of the pod's containers, with the share of the nodes that have them. */
  readonly shares: readonly { readonly name: string; readonly share: number }[];
}

function sharesOf({ pod, snapshot }: Cycle): Images["shares"] {
  const { initContainers = [], containers = [] } = pod.pod.spec ?? {};
  return [...initContainers, ...containers].map(({ image }) => {
    const name = normalized(image ?? "");
    return { name, share: snapshot.nodesWithImage(name) / snapshot.nodes.length };
  });
}

/** Nothing is to be scored when no node has any of the images. */
function preScore(cycle: Cycle): Status {
  const shares = sharesOf(cycle);
  if (shares.every(({ share }) => !(share > 0))) return SKIP;
  const images: Images = { shares, clone: () => images };
  cycle.state.write(STATE, images);
  return SUCCESS;
}

/** The shares are of all nodes: when they change, so does the signature. */
function signPod(cycle: Cycle): readonly SignFragment[] {
  const shares = sharesOf(cycle);
  const isNowhere = shares.every(({ share }) => !(share > 0));
  return [{ key: "spec.containers.image.shares()", value: isNowhere ? "" : JSON.stringify(shares) }];
}

function score({ state }: Cycle, { images }: NodeInfo): number {
  const shares = state.read<Images>(STATE)?.shares ?? [];
  if (images.size === 0 || shares.length === 0) return 0;
  let sum = 0;
  for (const { name, share } of shares) {
    const size = images.get(name)?.size;
    if (size !== undefined) sum += Math.floor(size * share);
  }
  const most = MOST_PER_CONTAINER * shares.length;
  const bounded = Math.min(Math.max(sum, LEAST), most);
  return Math.floor((MAX_SCORE * (bounded - LEAST)) / (most - LEAST));
}

const plugin: PluginDefinition<SchedulerComponents, unknown, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "ImageLocality",
  apiRange: "^1.0.0",
  create: (_components: SchedulerComponents): SchedulerPlugin => ({ preScore, score, signPod }),
});

export default plugin;
