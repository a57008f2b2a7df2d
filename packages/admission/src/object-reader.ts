import { hasReason, type KubernetesObject, type ResourceType } from "@pinnace/apimachinery";
import type { Client, Informer, InformerFactory } from "@pinnace/client";

/**
 * Reads objects for a decision: from the informer's cache, and from the server itself where the cache does not have them
 * (yet), so that an object written a moment ago counts.
 */
export interface ObjectReader<T extends KubernetesObject> {
  /** `namespace` is "" for cluster-scoped kinds. */
  get(namespace: string, name: string): Promise<T | undefined>;
  /** The newest state, past the cache. */
  getLive(namespace: string, name: string): Promise<T | undefined>;
  /** All objects, or those of a namespace. */
  list(namespace?: string): Promise<readonly T[]>;
  /** The cache, started by the first read. */
  readonly informer: Informer<T>;
}

export function createObjectReader<T extends KubernetesObject>(
  components: { readonly client: () => Client; readonly informers: () => InformerFactory },
  type: ResourceType<T>,
): ObjectReader<T> {
  let informer: Informer<T> | undefined;
  const cache = (): Informer<T> => {
    informer ??= components.informers().informer(type);
    return informer;
  };
  const getLive = async (namespace: string, name: string): Promise<T | undefined> => {
    const resource = components.client().resource(type);
    try {
      return await (namespace === "" ? resource : resource.namespace(namespace)).get(name);
    } catch (error) {
      if (hasReason(error, "NotFound")) return undefined;
      throw error;
    }
  };
  return {
    get informer() {
      return cache();
    },
    getLive,
    async get(namespace, name) {
      const { synced, lister } = cache();
      const known = synced ? lister.get(namespace === "" ? name : `${namespace}/${name}`) : undefined;
      return known ?? getLive(namespace, name);
    },
    async list(namespace) {
      const { synced, lister } = cache();
      if (synced) return namespace === undefined ? lister.list() : lister.inNamespace(namespace);
      const resource = components.client().resource(type);
      return (await (namespace === undefined ? resource : resource.namespace(namespace)).list()).items;
    },
  };
}
