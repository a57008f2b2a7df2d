import { NODES, type Node, PODS, type Pod, type Taint } from "@pinnace/api";
import { formatTime, hasReason, objectKey, semanticEqual } from "@pinnace/apimachinery";
import type { CacheEvent, Informer } from "@pinnace/client";
import {
  type ControllerComponents,
  type ControllerDefinition,
  type ControllerFactory,
  isTerminating,
  type ReconcileResult,
  watchOf,
} from "@pinnace/controller-runtime";
import { toleranceOf } from "./tolerance.ts";

/** Deletes pods from nodes whose NoExecute taints they do not tolerate (any longer). */
export const taintEvictionController: ControllerFactory = {
  name: "taint-eviction-controller",
  serviceAccount: "node-controller",
  create: (components) => new TaintEvictionController(components),
};

class TaintEvictionController implements ControllerDefinition {
  readonly concurrency = 8;
  readonly watches: ControllerDefinition["watches"];
  readonly #components: ControllerComponents;
  readonly #nodes: Informer<Node>;
  readonly #pods: Informer<Pod>;
  /** When each pod's time began to run, by key and uid, milliseconds since the epoch. */
  readonly #since = new Map<string, { readonly uid: string; readonly at: number }>();

  constructor(components: ControllerComponents) {
    const { informers } = components;
    this.#components = components;
    this.#nodes = informers.informer(NODES);
    this.#pods = informers.informer(PODS, { indexes: { node: (pod) => [pod.spec?.nodeName ?? ""] } });
    this.watches = [
      watchOf(this.#pods, ({ type, object, old }) =>
        type === "update" && old.spec === object.spec ? [] : [objectKey(object)],
      ),
      watchOf(this.#nodes, (event) => this.#nodeKeys(event)),
    ];
  }

  async reconcile(key: string): Promise<ReconcileResult | undefined> {
    const { clock, events } = this.#components;
    const pod = this.#pods.lister.get(key);
    const taints = pod === undefined || isTerminating(pod) ? [] : this.#taintsOf(pod);
    if (pod === undefined || taints.length === 0) {
      if (this.#since.delete(key) && pod !== undefined && !isTerminating(pod))
        events.event(pod, "Normal", "TaintManagerEviction", `Cancelling deletion of Pod ${key}`);
      return undefined;
    }
    const tolerance = toleranceOf(pod.spec?.tolerations ?? [], taints);
    if (tolerance === Number.POSITIVE_INFINITY) {
      this.#since.delete(key);
      return undefined;
    }
    const left = this.#start(key, pod) + tolerance - clock.now();
    if (left > 0) return { requeueAfter: left };
    await this.#evict(key, pod);
    return undefined;
  }

  #start(key: string, pod: Pod): number {
    const uid = pod.metadata?.uid ?? "";
    const present = this.#since.get(key);
    if (present?.uid === uid) return present.at;
    const at = this.#components.clock.now();
    this.#since.set(key, { uid, at });
    return at;
  }

  async #evict(key: string, pod: Pod): Promise<void> {
    const { client, clock, events } = this.#components;
    const { name = "", namespace = "", uid = "" } = pod.metadata ?? {};
    const pods = client.resource(PODS).namespace(namespace);
    const condition = {
      type: "DisruptionTarget",
      status: "True",
      reason: "DeletionByTaintManager",
      message: "Taint manager: deleting due to NoExecute taint",
      lastTransitionTime: formatTime(clock.now()),
    };
    events.event(pod, "Normal", "TaintManagerEviction", `Marking for deletion Pod ${key}`);
    try {
      const body = { metadata: { uid }, status: { conditions: [condition] } };
      await pods.patch(name, { type: "strategic", body }, { subresource: "status" });
      await pods.delete(name, { preconditions: { uid } });
    } catch (error) {
      if (!hasReason(error, "NotFound")) throw error;
    }
    this.#since.delete(key);
  }

  #taintsOf(pod: Pod): readonly Taint[] {
    const node = this.#nodes.lister.get(pod.spec?.nodeName ?? "");
    return noExecuteTaints(node);
  }

  *#nodeKeys({ type, object, old }: CacheEvent<Node>): Iterable<string> {
    if (type === "update" && semanticEqual(noExecuteTaints(old), noExecuteTaints(object))) return;
    for (const pod of this.#pods.lister.byIndex("node", object.metadata?.name ?? "")) yield objectKey(pod);
  }
}

function noExecuteTaints(node: Node | undefined): readonly Taint[] {
  return (node?.spec?.taints ?? []).filter(({ effect }) => effect === "NoExecute");
}
