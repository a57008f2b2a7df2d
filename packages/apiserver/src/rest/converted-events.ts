import { type KubernetesObject, type ResourceDefinition, statusErrorOf, type WatchEvent } from "@pinnace/apimachinery";
import type { Selection } from "../selection.ts";
import type { CacheChange } from "../storage/resource-cache.ts";
import { prepareVersions, toVersion } from "../storage/versions.ts";
import { changeOf } from "../watch-stream.ts";

/**
 * What an event of stored objects means to a watch at a version that somebody outside converts to: none, or one. A watch
 * whose object cannot be converted ends with the error.
 */
export async function convertedEvents(
  event: WatchEvent,
  definition: ResourceDefinition,
  selection: Selection,
): Promise<readonly WatchEvent[]> {
  if (event.type === "ERROR" || event.type === "BOOKMARK") return [event];
  try {
    await prepareVersions([event.object], definition);
    const object = toVersion(event.object, definition);
    if (selection.everything) return [{ type: event.type, object }];
    const change = changeOf(event);
    if (change !== undefined) return await selectConverted(event, object, change, definition, selection);
    return selection.matches(object) ? [{ type: event.type, object }] : [];
  } catch (error) {
    return [{ type: "ERROR", object: statusErrorOf(error).status }];
  }
}

/** An object that leaves the selection is DELETED with its old state, one that enters it is ADDED. */
async function selectConverted(
  event: WatchEvent,
  object: KubernetesObject,
  { previous, revision }: CacheChange,
  definition: ResourceDefinition,
  selection: Selection,
): Promise<readonly WatchEvent[]> {
  if (previous === undefined || event.type === "DELETED")
    return selection.matches(object) ? [{ type: event.type, object }] : [];
  const last = previous.value.at(revision);
  await prepareVersions([last], definition);
  const before = toVersion(last, definition);
  const matched = selection.matches(before);
  if (selection.matches(object)) return [{ type: matched ? event.type : "ADDED", object }];
  return matched ? [{ type: "DELETED", object: before }] : [];
}
