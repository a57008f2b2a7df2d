import {
  apiVersionOf,
  type Draft,
  deepFreeze,
  type KubernetesObject,
  type ResourceDefinition,
  thaw,
} from "@pinnace/apimachinery";

const converted = new WeakMap<object, Map<ResourceDefinition, KubernetesObject>>();

/** A stored object at the version that a definition serves: the same instance when that is the stored one. */
export function toVersion(object: KubernetesObject, definition: ResourceDefinition): KubernetesObject {
  const apiVersion = apiVersionOf(definition);
  if (object.apiVersion === apiVersion) return object;
  let versions = converted.get(object);
  if (versions === undefined) {
    versions = new Map();
    converted.set(object, versions);
  }
  let result = versions.get(definition);
  if (result === undefined) {
    result = convert(object, definition, apiVersion);
    versions.set(definition, result);
  }
  return result;
}

function convert(object: KubernetesObject, definition: ResourceDefinition, apiVersion: string): KubernetesObject {
  const { kind, apiVersion: _, ...rest } = object;
  if (definition.conversion === undefined) return Object.freeze({ kind, apiVersion, ...rest } as KubernetesObject);
  const draft: Draft = { kind, apiVersion, ...thaw(rest) };
  definition.conversion.fromStorage(draft);
  return deepFreeze(draft);
}

/** Brings a finished draft of the definition's version into the stored version, in place. */
export function toStorage(draft: Draft, definition: ResourceDefinition): void {
  if (draft.apiVersion === definition.storageApiVersion) return;
  definition.conversion?.toStorage(draft);
  draft.apiVersion = definition.storageApiVersion;
}
