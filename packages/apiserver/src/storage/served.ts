import { apiVersionOf, type KubernetesObject, type ResourceDefinition } from "@pinnace/apimachinery";
import { isCustom } from "../custom.ts";
import { headOf, textOf } from "./object-value.ts";
import type { CacheEntry } from "./resource-cache.ts";
import { toVersion } from "./versions.ts";

/** The object of an entry at the version that a definition serves. */
export function servedObject(entry: CacheEntry, definition: ResourceDefinition): KubernetesObject {
  return toVersion(entry.object, definition);
}

/** Whether what is stored is what is served, but for the resourceVersion. Decodes nothing. */
function isServedAsStored({ value }: CacheEntry, definition: ResourceDefinition): boolean {
  if (isCustom(definition) && definition.default !== undefined) return false;
  return value.isOf(definition.kind, apiVersionOf(definition));
}

/** The JSON of {@link servedObject}, from what is stored where that is possible. */
export function servedText(entry: CacheEntry, definition: ResourceDefinition): string {
  if (isServedAsStored(entry, definition)) return entry.value.textAt(entry.revision);
  return textOf(servedObject(entry, definition));
}

/** {@link servedText} as an item of a list: those of built-in kinds carry neither `kind` nor `apiVersion`. */
export function writeItem(entry: CacheEntry, definition: ResourceDefinition, write: (text: string) => void): void {
  if (isCustom(definition)) {
    write(servedText(entry, definition));
    return;
  }
  const skipped = headOf({ kind: definition.kind, apiVersion: apiVersionOf(definition) }).length;
  write("{");
  if (isServedAsStored(entry, definition)) entry.value.writeAt(entry.revision, skipped, write);
  else write(textOf(servedObject(entry, definition)).slice(skipped));
}
