import type { ObjectTable, ServerView } from "@pinnace/admission";
import { type Draft, internalError, type KubernetesObject, type ResourceDefinition, thaw } from "@pinnace/apimachinery";
import type { CacheEntry } from "../storage/resource-cache.ts";
import { bringToStorage, prepareVersions, toVersion } from "../storage/versions.ts";
import { complete, decodeTyped } from "./decode.ts";
import type { RestContext } from "./rest-context.ts";

const views = new WeakMap<RestContext, ServerView>();

/** What admission plugins see of a server; one for each server. */
export function serverView(rest: RestContext): ServerView {
  let view = views.get(rest);
  if (view === undefined) {
    view = createServerView(rest);
    views.set(rest, view);
  }
  return view;
}

function createServerView({ registry, caches }: RestContext): ServerView {
  // Several plugins ask for the same kinds with every request.
  const tables = new WeakMap<ResourceDefinition, ObjectTable>();
  return {
    find: (group, version, resource) => registry.find(group, version, resource),
    findKind: (group, version, kind) => registry.findKind(group, version, kind),
    versionsOf: ({ storageResource }) => registry.storedAs(storageResource),
    objects: (definition) => {
      let table = tables.get(definition);
      if (table === undefined) {
        table = tableOf({ caches }, definition);
        tables.set(definition, table);
      }
      return table;
    },
    complete: (object, definition) => {
      const { error } = decodeTyped(object, definition);
      if (error !== undefined) throw internalError(error);
      complete(object, definition);
    },
    convert: async (object, from, to) => {
      const draft: Draft = thaw(object);
      await bringToStorage(draft, from);
      await prepareVersions([draft], to);
      return thaw(toVersion(draft, to));
    },
  };
}

function tableOf({ caches }: Pick<RestContext, "caches">, definition: ResourceDefinition): ObjectTable {
  const cache = caches.cache(definition.storageResource);
  const object = (entry: CacheEntry): KubernetesObject => toVersion(entry.object, definition);
  return {
    get size() {
      return cache.size;
    },
    get: (namespace, name) => {
      const entry = cache.get(definition.namespaced ? `${namespace}/${name}` : name);
      return entry && object(entry);
    },
    list: (namespace) =>
      namespace === undefined ? all(cache.list(), definition) : cache.inNamespace(namespace).map(object),
  };
}

const lists = new WeakMap<
  readonly CacheEntry[],
  { definition: ResourceDefinition; objects: readonly KubernetesObject[] }
>();

/** The same array for the same snapshot. */
function all(entries: readonly CacheEntry[], definition: ResourceDefinition): readonly KubernetesObject[] {
  const known = lists.get(entries);
  if (known?.definition === definition) return known.objects;
  const objects = entries.map((entry) => toVersion(entry.object, definition));
  lists.set(entries, { definition, objects });
  return objects;
}
