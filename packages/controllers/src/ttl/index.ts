import { NODES } from "@pinnace/api";
import { hasReason } from "@pinnace/apimachinery";
import { type ControllerFactory, watchOf } from "@pinnace/controller-runtime";

const ANNOTATION = "node.alpha.kubernetes.io/ttl";

/** From `min` to `max` nodes kubelets may keep objects for `seconds`; the ranges overlap so that the value does not flap. */
const BOUNDARIES: readonly { readonly min: number; readonly max: number; readonly seconds: number }[] = [
  { min: 0, max: 100, seconds: 0 },
  { min: 90, max: 500, seconds: 15 },
  { min: 450, max: 1000, seconds: 30 },
  { min: 900, max: 2000, seconds: 60 },
  { min: 1800, max: Number.POSITIVE_INFINITY, seconds: 300 },
];

/** The step to take from `step` when there are that many nodes. */
function ttlStep(step: number, nodes: number): number {
  let next = step;
  while (nodes > BOUNDARIES[next]!.max) next++;
  while (nodes < BOUNDARIES[next]!.min) next--;
  return next;
}

/** Tells kubelets how long to keep Secrets and ConfigMaps, by the size of the cluster. */
export const ttlController: ControllerFactory = {
  name: "ttl-controller",
  create: ({ client, informers }) => {
    const nodes = informers.informer(NODES);
    let step = 0;
    const isWrong = (annotations: Readonly<Record<string, string>> | undefined): boolean =>
      annotations?.[ANNOTATION] !== String(BOUNDARIES[step]!.seconds);
    return {
      concurrency: 5,
      watches: [
        watchOf(nodes, function* ({ type, object }) {
          const before = step;
          step = ttlStep(step, nodes.lister.list().length);
          if (before !== step) for (const node of nodes.lister.list()) yield node.metadata?.name ?? "";
          else if (type !== "delete" && isWrong(object.metadata?.annotations)) yield object.metadata?.name ?? "";
        }),
      ],
      reconcile: async (name) => {
        if (!isWrong(nodes.lister.get(name)?.metadata?.annotations)) return undefined;
        const body = { metadata: { annotations: { [ANNOTATION]: String(BOUNDARIES[step]!.seconds) } } };
        try {
          await client.resource(NODES).patch(name, { type: "merge", body });
        } catch (error) {
          if (!hasReason(error, "NotFound")) throw error;
        }
        return undefined;
      },
    };
  },
};
