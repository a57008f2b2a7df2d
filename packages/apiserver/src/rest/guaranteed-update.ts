import { conflict, type Draft, type KubernetesObject, notFound, type ResourceDefinition } from "@pinnace/apimachinery";
import { storageKey } from "../storage/keys.ts";
import { storedValue } from "../storage/object-value.ts";
import { bringToStorage, prepareVersions, toVersion } from "../storage/versions.ts";
import type { RestContext } from "./rest-context.ts";

const ATTEMPTS = 10;

/**
 * Changes a stored object on the server's own account: no strategy, no admission. `change` gets a shallow copy (with its
 * own `metadata`) and may refuse by throwing; it runs again when another writer was faster. A dry run stores nothing.
 */
export async function guaranteedUpdate(
  rest: RestContext,
  definition: ResourceDefinition,
  place: { readonly namespace: string; readonly name: string },
  change: (draft: Draft, old: KubernetesObject) => void,
  dryRun = false,
): Promise<KubernetesObject> {
  const cacheKey = definition.namespaced ? `${place.namespace}/${place.name}` : place.name;
  const key = storageKey(definition, place.namespace, place.name);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    await rest.caches.current();
    const entry = rest.caches.cache(definition.storageResource).get(cacheKey);
    if (entry === undefined) throw notFound(definition.group, definition.resource, place.name);
    const old = await served(entry.object, definition);
    const draft: Draft = { ...old, metadata: { ...old.metadata } };
    change(draft, old);
    await bringToStorage(draft, definition);
    const value = storedValue(draft, entry);
    if (dryRun) return served(value.at(entry.revision), definition);
    const commit = await rest.store.commit({
      when: [{ key, modRevision: entry.revision }],
      then: [{ type: "put", key, value }],
    });
    if (commit.succeeded) return served(value.at(commit.revision), definition);
  }
  throw conflict(definition.group, definition.resource, place.name);
}

async function served(object: KubernetesObject, definition: ResourceDefinition): Promise<KubernetesObject> {
  await prepareVersions([object], definition);
  return toVersion(object, definition);
}
