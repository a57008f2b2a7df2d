import type { ResourceDefinition } from "@pinnace/apimachinery";

/** All objects live below this prefix. */
export const REGISTRY_PREFIX = "/registry/";

/** `/registry/pods/` */
export function resourcePrefix(storageResource: string): string {
  return `${REGISTRY_PREFIX}${storageResource}/`;
}

/** `/registry/pods/default/web-0`, `/registry/nodes/sim-0` */
export function storageKey(definition: ResourceDefinition, namespace: string, name: string): string {
  const prefix = resourcePrefix(definition.storageResource);
  return definition.namespaced ? `${prefix}${namespace}/${name}` : `${prefix}${name}`;
}
