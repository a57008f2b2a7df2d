import type { KubernetesObject, OwnerReference, ResourceType } from "@pinnace/apimachinery";
import { apiVersionOf, parseApiVersion } from "@pinnace/apimachinery";

/** The reference with `controller: true`, if there is one. */
export function controllerOf(object: KubernetesObject): OwnerReference | undefined {
  return object.metadata?.ownerReferences?.find((reference) => reference.controller === true);
}

/** True when `owner` controls `object`, by uid. */
export function isControlledBy(object: KubernetesObject, owner: KubernetesObject): boolean {
  return controllerOf(object)?.uid === owner.metadata?.uid;
}

/** The controller reference that dependents of `owner` carry. */
export function controllerReference(owner: KubernetesObject, type: ResourceType): OwnerReference {
  return {
    apiVersion: apiVersionOf(type),
    kind: type.kind,
    name: owner.metadata?.name ?? "",
    uid: owner.metadata?.uid ?? "",
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** The key of the controller of `object` when that is of the given type (any version), else undefined. */
export function controllerKey(object: KubernetesObject, type: ResourceType): string | undefined {
  const reference = controllerOf(object);
  if (reference === undefined || reference.kind !== type.kind) return undefined;
  if (parseApiVersion(reference.apiVersion).group !== type.group) return undefined;
  const { namespace } = object.metadata ?? {};
  return namespace ? `${namespace}/${reference.name}` : reference.name;
}
