import { ENDPOINT_SLICES, type EndpointSlice, NAMESPACES, SERVICES, type Service } from "@pinnace/api";
import { type KubernetesObject, objectKey } from "@pinnace/apimachinery";
import type { CacheEvent, Informer, InformerFactory } from "@pinnace/client";
import { Observable, Subject } from "rxjs";

type Index = (object: never) => readonly string[];

/** An informer whose cache a test changes. */
class LiteralInformer<T extends KubernetesObject> {
  readonly #objects = new Map<string, T>();
  readonly #changes = new Subject<CacheEvent<T>>();
  readonly indexes: Map<string, Index> = new Map();

  set(object: T): void {
    const key = objectKey(object);
    const old = this.#objects.get(key);
    this.#objects.set(key, object);
    this.#changes.next(old === undefined ? { type: "add", object, initial: false } : { type: "update", object, old });
  }

  delete(object: T): void {
    this.#objects.delete(objectKey(object));
    this.#changes.next({ type: "delete", object, old: object });
  }

  readonly events: Observable<CacheEvent<T>> = new Observable((subscriber) => {
    for (const object of this.#objects.values()) subscriber.next({ type: "add", object, initial: true });
    return this.#changes.subscribe(subscriber);
  });

  readonly lister: Informer<T>["lister"] = {
    get: (key) => this.#objects.get(key),
    list: () => [...this.#objects.values()],
    inNamespace: (namespace) => [...this.#objects.values()].filter((each) => each.metadata?.namespace === namespace),
    byIndex: (name, value) => {
      const index = this.indexes.get(name) as ((object: T) => readonly string[]) | undefined;
      return [...this.#objects.values()].filter((each) => index?.(each).includes(value));
    },
  };

  readonly synced = true;
  whenSynced = async (): Promise<void> => undefined;
}

export interface LiteralInformers extends InformerFactory {
  readonly services: LiteralInformer<Service>;
  readonly slices: LiteralInformer<EndpointSlice>;
}

/** Services and endpoint slices of the namespace `ns` without a server; everything is in the cache from the start. */
export function literalInformers(): LiteralInformers {
  const services = new LiteralInformer<Service>();
  const slices = new LiteralInformer<EndpointSlice>();
  const namespaces = new LiteralInformer<KubernetesObject>();
  namespaces.set({ metadata: { name: "ns" } } as KubernetesObject);
  const known = new Map<unknown, LiteralInformer<never>>([
    [SERVICES, services as never],
    [ENDPOINT_SLICES, slices as never],
    [NAMESPACES, namespaces as never],
  ]);
  return {
    services,
    slices,
    informer(type, options) {
      const informer = known.get(type)!;
      for (const [name, index] of Object.entries(options?.indexes ?? {})) informer.indexes.set(name, index as Index);
      return informer as never;
    },
    stop: () => undefined,
  };
}
