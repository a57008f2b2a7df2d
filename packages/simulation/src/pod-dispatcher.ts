import { PODS, type Pod } from "@pinnace/api";
import type { CacheEvent, Informer, InformerFactory } from "@pinnace/client";
import type { PodSource } from "@pinnace/kubelet";
import { Observable, Subject, type Subscription } from "rxjs";

const INDEX = "nodeName";

/**
 * A pod that runs without a word about its containers: nobody but a test writes such a status. It stays as it was written
 * until the pod is deleted.
 */
function isStaged({ metadata, status }: Pod): boolean {
  const told = (status?.containerStatuses ?? []).length > 0;
  return status?.phase === "Running" && !told && metadata?.deletionTimestamp === undefined;
}

/**
 * Divides one stream of all pods among many nodes, so that an event costs one look-up however many nodes there are, and
 * all of them share one cache.
 */
export class PodDispatcher {
  readonly #informer: Informer<Pod>;
  readonly #subjects = new Map<string, Subject<CacheEvent<Pod>>>();
  #subscription: Subscription | undefined;

  constructor(informers: InformerFactory) {
    const nodeOf = (pod: Pod): readonly string[] => (pod.spec?.nodeName ? [pod.spec.nodeName] : []);
    this.#informer = informers.informer(PODS, { indexes: { [INDEX]: nodeOf } });
  }

  start(): void {
    this.#subscription ??= this.#informer.events.subscribe((event) => {
      const node = event.object.spec?.nodeName;
      if (node !== undefined && !isStaged(event.object)) this.#subjects.get(node)?.next(event);
    });
  }

  stop(): void {
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
  }

  /** The pods of one node. */
  source(node: string): PodSource {
    const { lister } = this.#informer;
    const subject = this.#subjects.get(node) ?? new Subject();
    this.#subjects.set(node, subject);
    const own = (): readonly Pod[] => lister.byIndex(INDEX, node).filter((pod) => !isStaged(pod));
    return {
      events: new Observable((subscriber) => {
        for (const object of own()) subscriber.next({ type: "add", object, initial: true });
        return subject.subscribe(subscriber);
      }),
      get: (key) => {
        const pod = lister.get(key);
        return pod?.spec?.nodeName === node ? pod : undefined;
      },
      list: own,
      whenSynced: (signal) => this.#informer.whenSynced(signal),
    };
  }

  forget(node: string): void {
    this.#subjects.delete(node);
  }
}
