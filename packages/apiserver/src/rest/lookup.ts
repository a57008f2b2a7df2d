import type { KubernetesObject, ResourceDefinition } from "@pinnace/apimachinery";
import type { RestContext } from "./rest-context.ts";

/** A stored object as the caches have it now; undefined when there is none. The kind's storage name is enough. */
export function lookup<T extends KubernetesObject = KubernetesObject>(
  rest: RestContext,
  storageResource: string,
  namespace: string,
  name: string,
): T | undefined {
  const key = namespace === "" ? name : `${namespace}/${name}`;
  return rest.caches.cache(storageResource).get(key)?.object as T | undefined;
}

/** The definition that serves a built-in resource; throws when the server does not have it. */
export function definitionOf(rest: RestContext, group: string, resource: string): ResourceDefinition {
  const definition = rest.registry.findAnyVersion(group, resource);
  if (definition === undefined) throw new Error(`the server does not serve ${resource} of group "${group}"`);
  return definition;
}
