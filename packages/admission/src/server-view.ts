import type { Draft, KubernetesObject, ResourceDefinition } from "@pinnace/apimachinery";

/** The objects of one resource in a server's cache, at the version that was asked for; frozen. */
export interface ObjectTable {
  readonly size: number;
  /** `namespace` is "" for cluster-scoped kinds. */
  get(namespace: string, name: string): KubernetesObject | undefined;
  /** All objects, or those of a namespace, in order of their names. All of them are the same array until one changes. */
  list(namespace?: string): readonly KubernetesObject[];
}

/** What the API server that handles a request serves, and what it has in its cache. Reading costs no request. */
export interface ServerView {
  find(group: string, version: string, resource: string): ResourceDefinition | undefined;
  findKind(group: string, version: string, kind: string): ResourceDefinition | undefined;
  /** All served versions of what is stored as one resource, `definition` included: equivalent ways to the same object. */
  versionsOf(definition: ResourceDefinition): readonly ResourceDefinition[];
  objects(definition: ResourceDefinition): ObjectTable;
  /** Types, prunes and defaults a private object in place, as if a client had sent it. Throws 500 for wrong types. */
  complete(object: Draft, definition: ResourceDefinition): void;
  /** A private copy of an object at another version of its resource. */
  convert(object: Draft, from: ResourceDefinition, to: ResourceDefinition): Promise<Draft>;
}
