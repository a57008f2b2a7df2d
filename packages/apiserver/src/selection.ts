import type { KubernetesObject } from "@pinnace/apimachinery";

/** Which objects of a resource a list, watch or deletecollection is about. */
export interface Selection {
  /** "" for all namespaces. */
  readonly namespace: string;
  /** True when every object of the namespace (or of all) is meant. */
  readonly everything: boolean;
  /** Whether an object, at the version that is served, belongs to the selection. The namespace is checked, too. */
  matches(object: KubernetesObject): boolean;
}
