import type { KubernetesObject, ResourceDefinition } from "@pinnace/apimachinery";
import type { RestContext } from "./rest-context.ts";

/** A stored object of a built-in resource as the caches have it now; undefined when there is none. */
export function lookup(
  rest: RestContext,
  group: string,
  resource: string,
  namespace: string,
  name: string,
): KubernetesObject | undefined {
  const definition = rest.registry.findAnyVersion(group, resource);
  if (definition === undefined) return undefined;
  const key = definition.namespaced ? `${namespace}/${name}` : name;
  return rest.caches.cache(definition.storageResource).get(key)?.object;
}

/** The definition that serves a built-in resource; throws when the server does not have it. */
export function definitionOf(rest: RestContext, group: string, resource: string): ResourceDefinition {
  const definition = rest.registry.findAnyVersion(group, resource);
  if (definition === undefined) throw new Error(`the server does not serve ${resource} of group "${group}"`);
  return definition;
}
