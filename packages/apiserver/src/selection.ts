import type { KubernetesObject } from "@pinnace/apimachinery";
import type { Trigger } from "./storage/listener-index.ts";
import type { CacheEntry } from "./storage/resource-cache.ts";

/** Which objects of a resource a list, watch or deletecollection is about. */
export interface Selection {
  /** "" for all namespaces. */
  readonly namespace: string;
  /** True when every object of the namespace (or of all) is meant. */
  readonly everything: boolean;
  /** What all of its objects have, for the choice among many watches. */
  readonly trigger?: Trigger;
  /** Whether an object, at the version that is served, belongs to the selection. The namespace is checked, too. */
  matches(object: KubernetesObject): boolean;
  /** The same of an entry of the namespace; it is decoded only when its fields are not known yet. */
  matchesEntry(entry: CacheEntry): boolean;
}
