import { type Draft, formatTime, type KubernetesObject, type ResourceDefinition } from "@pinnace/apimachinery";
import { guaranteedUpdate } from "../rest/guaranteed-update.ts";
import type { RestContext, WriteParticipant } from "../rest/rest-context.ts";
import { REGISTRY_PREFIX } from "../storage/keys.ts";
import { storedValue } from "../storage/object-value.ts";
import type { CacheEntry, ResourceCache } from "../storage/resource-cache.ts";

/** Holds a CustomResourceDefinition back until its objects are gone. */
export const CLEANUP_FINALIZER = "customresourcecleanup.apiextensions.k8s.io";

/** A deleted CustomResourceDefinition stays, terminating, while its objects are removed. */
export const cleanupParticipant: WriteParticipant = {
  beforeDelete: (draft, now) => {
    const finalizers: string[] = draft.metadata.finalizers ?? [];
    if (draft.metadata.deletionTimestamp !== undefined) return;
    if (!finalizers.includes(CLEANUP_FINALIZER)) draft.metadata.finalizers = [...finalizers, CLEANUP_FINALIZER];
    const message = "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon";
    setTerminating(draft, { status: "True", reason: "InstanceDeletionPending", message }, now);
  },
};

function setTerminating(draft: Draft, condition: Draft, now: number): void {
  const conditions: Draft[] = draft.status?.conditions ?? [];
  const before = conditions.find(({ type }) => type === "Terminating");
  const lastTransitionTime = before?.status === condition.status ? before.lastTransitionTime : formatTime(now);
  const others = conditions.filter(({ type }) => type !== "Terminating");
  draft.status = {
    ...draft.status,
    conditions: [...others, { type: "Terminating", ...condition, lastTransitionTime }],
  };
}

/**
 * Removes the objects of a CustomResourceDefinition that is being deleted, those with finalizers when these are gone, then
 * the finalizer that holds the definition back. Resolves when nothing is left to do, or `signal` aborts.
 */
export async function cleanUp(
  rest: RestContext,
  definition: ResourceDefinition,
  crd: KubernetesObject,
  signal: AbortSignal,
): Promise<void> {
  const { spec }: Draft = crd;
  const storageResource = `${spec.group}/${spec.names.plural}`;
  const cache = rest.caches.cache(storageResource);
  for (const entry of cache.list()) await removeInstance(rest, storageResource, entry);
  await emptied(cache, signal);
  if (signal.aborted) return;
  await release(rest, definition, crd.metadata?.name ?? "");
}

const ATTEMPTS = 10;

/** Deletes an object, or marks it when finalizers hold it. */
async function removeInstance(rest: RestContext, storageResource: string, first: CacheEntry): Promise<void> {
  const key = `${REGISTRY_PREFIX}${storageResource}/${first.key}`;
  const cache = rest.caches.cache(storageResource);
  let entry: CacheEntry | undefined = first;
  for (let attempt = 0; attempt < ATTEMPTS && entry !== undefined; attempt += 1) {
    const { metadata } = entry.object;
    const held = (metadata?.finalizers ?? []).length > 0;
    if (held && metadata?.deletionTimestamp !== undefined) return;
    const commit = await rest.store.commit({
      when: [{ key, modRevision: entry.revision }],
      then: [
        held
          ? { type: "put", key, value: storedValue(marked(entry.object, rest.clock.now())) }
          : { type: "delete", key },
      ],
    });
    await rest.caches.reached(commit.revision);
    if (commit.succeeded) return;
    entry = cache.get(first.key);
  }
}

function marked(object: KubernetesObject, now: number): KubernetesObject {
  const metadata = { ...object.metadata, deletionTimestamp: formatTime(now), deletionGracePeriodSeconds: 0 };
  return { ...object, metadata };
}

/** Resolves when the cache holds nothing any more. */
function emptied(cache: ResourceCache, signal: AbortSignal): Promise<void> {
  if (cache.size === 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      unlisten();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const unlisten = cache.listen(() => {
      if (cache.size === 0) done();
    });
    signal.addEventListener("abort", done, { once: true });
  });
}

/** Takes the finalizer away; the definition goes when it was the last. */
async function release(rest: RestContext, definition: ResourceDefinition, name: string): Promise<void> {
  const entry = rest.caches.cache(definition.storageResource).get(name);
  const finalizers = entry?.object.metadata?.finalizers ?? [];
  if (entry === undefined || !finalizers.includes(CLEANUP_FINALIZER)) return;
  if (finalizers.length === 1) {
    const key = `${REGISTRY_PREFIX}${definition.storageResource}/${name}`;
    const when = [{ key, modRevision: entry.revision }];
    if ((await rest.store.commit({ when, then: [{ type: "delete", key }] })).succeeded) return;
  }
  await guaranteedUpdate(rest, definition, { namespace: "", name }, (draft) => {
    draft.metadata.finalizers = (draft.metadata.finalizers ?? []).filter((each: string) => each !== CLEANUP_FINALIZER);
    const message = "removed all instances";
    setTerminating(draft, { status: "False", reason: "InstanceDeletionCompleted", message }, rest.clock.now());
  });
}
