import {
  apiVersionOf,
  type Draft,
  deepEqual,
  deepFreeze,
  type KubernetesObject,
  pruneUnknown,
  type ResourceDefinition,
  thaw,
  unknownError,
} from "@pinnace/apimachinery";
import { isCustom } from "../custom.ts";

const converted = new WeakMap<object, Map<ResourceDefinition, KubernetesObject>>();

/**
 * A stored object at the version that a definition serves: the same instance when that is the stored one. A custom resource
 * has the fields and the defaults of today's schema, also when that changed after it was stored.
 */
export function toVersion(object: KubernetesObject, definition: ResourceDefinition): KubernetesObject {
  const apiVersion = apiVersionOf(definition);
  const defaults = isCustom(definition) ? definition.default : undefined;
  if (object.apiVersion === apiVersion && defaults === undefined) return object;
  const versions = versionsOf(object);
  let result = versions.get(definition);
  if (result === undefined) {
    const served = object.apiVersion === apiVersion ? object : convert(object, definition, apiVersion);
    result = defaults === undefined ? served : completed(served, definition);
    versions.set(definition, result);
  }
  return result;
}

function versionsOf(object: object): Map<ResourceDefinition, KubernetesObject> {
  let versions = converted.get(object);
  if (versions === undefined) {
    versions = new Map();
    converted.set(object, versions);
  }
  return versions;
}

/**
 * Converts stored objects that only somebody outside can convert, so that {@link toVersion} knows the result. Each is asked
 * for once, as long as its definition stays. Rejects with what a client is told.
 */
export async function prepareVersions(
  objects: Iterable<KubernetesObject>,
  definition: ResourceDefinition,
): Promise<void> {
  const { remoteConversion } = definition;
  if (remoteConversion === undefined) return;
  const apiVersion = apiVersionOf(definition);
  const missing = [...objects].filter(
    (object) => object.apiVersion !== apiVersion && !converted.get(object)?.has(definition),
  );
  if (missing.length === 0) return;
  const results = await remoteConversion.convert(missing, apiVersion);
  for (const [index, object] of missing.entries())
    versionsOf(object).set(definition, deepFreeze(results[index] as KubernetesObject));
}

/** The same instance when it has no unknown field and no default is missing. */
function completed(object: KubernetesObject, definition: ResourceDefinition): KubernetesObject {
  const draft: Draft = thaw(object);
  pruneUnknown(draft, definition.schema, definition.resolve);
  definition.default?.(draft);
  return deepEqual(draft, object) ? object : deepFreeze(draft);
}

function convert(object: KubernetesObject, definition: ResourceDefinition, apiVersion: string): KubernetesObject {
  const { kind, apiVersion: _, ...rest } = object;
  if (definition.remoteConversion !== undefined)
    throw unknownError(`${kind} has not been converted to ${apiVersion} yet`);
  if (definition.conversion === undefined) return Object.freeze({ kind, apiVersion, ...rest } as KubernetesObject);
  const draft: Draft = { kind, apiVersion, ...thaw(rest) };
  definition.conversion.fromStorage(draft);
  return deepFreeze(draft);
}

/** {@link toStorage} for all definitions, those with a conversion outside included. */
export async function bringToStorage(draft: Draft, definition: ResourceDefinition): Promise<void> {
  const { remoteConversion, storageApiVersion } = definition;
  if (remoteConversion === undefined || draft.apiVersion === storageApiVersion) return toStorage(draft, definition);
  const [result] = await remoteConversion.convert([draft], storageApiVersion);
  for (const name of Object.keys(draft)) delete draft[name];
  Object.assign(draft, thaw(result));
}

/** Brings a finished draft of the definition's version into the stored version, in place. */
export function toStorage(draft: Draft, definition: ResourceDefinition): void {
  if (draft.apiVersion === definition.storageApiVersion) return;
  definition.conversion?.toStorage(draft);
  draft.apiVersion = definition.storageApiVersion;
}
