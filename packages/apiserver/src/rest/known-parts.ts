import { apiVersionOf, type Draft, type KubernetesObject, type ResourceDefinition, thaw } from "@pinnace/apimachinery";

/**
 * What of an object is the very same as in a stored one: patches share what they do not touch, and callers of this process
 * hand back what they read. It was typed, defaulted and completed when it was stored.
 */
export interface KnownParts {
  /** A private copy of the object; its managed fields, which nobody changes in place, may be those of the stored object. */
  readonly draft: Draft;
  /** Names of members that the copy has from the stored object. */
  readonly members: ReadonlySet<string>;
  /** Those members of the copy. */
  readonly complete: Draft;
}

/** The object, unless it is another when it is stored: what a conversion makes was never completed. */
export function asStored(object: KubernetesObject, definition: ResourceDefinition): KubernetesObject | undefined {
  return object.apiVersion === definition.storageApiVersion && object.apiVersion === apiVersionOf(definition)
    ? object
    : undefined;
}

/** Copies `object`, and says what of it is known from `stored`. */
export function copyKnowing(object: Draft, stored: KubernetesObject | undefined): KnownParts {
  const members = new Set<string>();
  const complete: Draft = {};
  if (stored === undefined || !isPlain(object)) return { draft: thaw(object), members, complete };
  const draft: Draft = {};
  for (const name in object) {
    const value = object[name];
    const copy = name === "metadata" ? copyMetadata(value, stored.metadata) : thaw(value);
    draft[name] = copy;
    if (name === "metadata" || typeof value !== "object" || value !== (stored as Draft)[name]) continue;
    members.add(name);
    complete[name] = copy;
  }
  return { draft, members, complete };
}

function isPlain(object: Draft): boolean {
  return typeof object === "object" && object !== null && !Array.isArray(object) && !Object.hasOwn(object, "__proto__");
}

function copyMetadata(metadata: Draft, stored: KubernetesObject["metadata"]): Draft {
  const managedFields = stored?.managedFields;
  if (managedFields === undefined || metadata?.managedFields !== managedFields) return thaw(metadata);
  const { managedFields: _, ...others } = metadata;
  const copy = thaw(others);
  copy.managedFields = managedFields;
  return copy;
}
