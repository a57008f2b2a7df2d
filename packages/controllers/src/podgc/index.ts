import { NODES, PODS, type Pod } from "@pinnace/api";
import { formatTime, hasReason } from "@pinnace/apimachinery";
import { type ControllerComponents, type ControllerFactory, isPodFinished, watchOf } from "@pinnace/controller-runtime";
import { planCollection } from "./plan-collection.ts";

/** How often pods are collected, milliseconds. */
const PERIOD = 20_000;
/** How long a node must be missing before its pods go, milliseconds. */
const QUARANTINE = 40_000;

interface Verdict {
  readonly reason: string;
  readonly message: string;
}

const NODE_GONE: Verdict = { reason: "DeletionByPodGC", message: "PodGC: node no longer exists" };
const OUT_OF_SERVICE: Verdict = { reason: "DeletionByPodGC", message: "PodGC: node is out-of-service" };

/** Removes pods that no kubelet will remove: of nodes that are gone, never scheduled, finished long ago. */
export const podGarbageCollector: ControllerFactory = {
  name: "pod-garbage-collector-controller",
  serviceAccount: "pod-garbage-collector",
  create: (components) => {
    const { informers, clock, client } = components;
    const pods = informers.informer(PODS);
    const nodes = informers.informer(NODES);
    const missingSince = new Map<string, number>();

    /** Pods whose node has been missing for long enough and is not there by the server's word either. */
    const orphans = async (candidates: readonly Pod[]): Promise<readonly Pod[]> => {
      const names = new Set(candidates.map((pod) => pod.spec?.nodeName ?? ""));
      for (const name of missingSince.keys()) if (!names.has(name)) missingSince.delete(name);
      const gone = new Set<string>();
      for (const name of names) {
        const since = missingSince.get(name) ?? clock.now();
        missingSince.set(name, since);
        if (clock.now() - since >= QUARANTINE && !(await exists(components, name))) gone.add(name);
      }
      return candidates.filter((pod) => gone.has(pod.spec?.nodeName ?? ""));
    };

    const remove = async (pod: Pod, verdict?: Verdict): Promise<void> => {
      const { name = "", namespace = "", uid = "" } = pod.metadata ?? {};
      const resource = client.resource(PODS).namespace(namespace);
      try {
        const body = failed(pod, verdict, clock.now());
        if (body !== undefined) await resource.patch(name, { type: "strategic", body }, { subresource: "status" });
        await resource.delete(name, { gracePeriodSeconds: 0, preconditions: { uid } });
      } catch (error) {
        if (!hasReason(error, "NotFound") && !hasReason(error, "Conflict")) throw error;
      }
    };

    return {
      initialKeys: ["collect"],
      watches: [watchOf(pods, () => []), watchOf(nodes, () => [])],
      reconcile: async () => {
        const plan = planCollection(pods.lister.list(), nodes.lister.list());
        for (const pod of plan.terminated) await remove(pod);
        for (const pod of plan.outOfService) await remove(pod, OUT_OF_SERVICE);
        for (const pod of await orphans(plan.onMissingNodes)) await remove(pod, NODE_GONE);
        for (const pod of plan.unscheduledTerminating) await remove(pod);
        return { requeueAfter: PERIOD };
      },
    };
  },
};

async function exists({ client }: ControllerComponents, name: string): Promise<boolean> {
  try {
    await client.resource(NODES).get(name);
    return true;
  } catch (error) {
    if (hasReason(error, "NotFound")) return false;
    throw error;
  }
}

/** The status patch that ends a pod which was still running; undefined for one that has finished. */
function failed(pod: Pod, verdict: Verdict | undefined, now: number): object | undefined {
  if (isPodFinished(pod)) return undefined;
  const condition = { type: "DisruptionTarget", status: "True", lastTransitionTime: formatTime(now), ...verdict };
  return { status: { phase: "Failed", ...(verdict === undefined ? {} : { conditions: [condition] }) } };
}
