import { runMutation, runValidation } from "@pinnace/admission";
import {
  type ApiResponse,
  conflict,
  type Draft,
  type FieldError,
  formatTime,
  invalid,
  invalidValue,
  type KubernetesObject,
  notFound,
  notSupported,
  type ResourceDefinition,
  type Status,
} from "@pinnace/apimachinery";
import { entriesResponse, objectResponse, resourceResponse } from "../media/responses.ts";
import type { ResourceRequest } from "../request-context.ts";
import { storageKey } from "../storage/keys.ts";
import { storedValue } from "../storage/object-value.ts";
import type { CacheEntry } from "../storage/resource-cache.ts";
import { bringToStorage, prepareVersions, toVersion } from "../storage/versions.ts";
import { admissionRequest } from "./admit.ts";
import { decodeOptions } from "./decode.ts";
import { listOptions } from "./list-options.ts";
import { dryRunErrors, integerParameter } from "./options.ts";
import { readPage, responseContext } from "./read.ts";
import type { RestContext } from "./rest-context.ts";
import { selectionOf } from "./selectors.ts";

/** meta/v1 DeleteOptions, read from the body and the query. */
export interface DeleteOptions {
  readonly dryRun: boolean;
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: "Orphan" | "Background" | "Foreground";
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** Kinds whose DELETE answers the object, not a Status (`ReturnDeletedObject`). */
const RETURNS_OBJECT = new Set([
  "pods",
  "podtemplates",
  "serviceaccounts",
  "services",
  "resourcequotas",
  "persistentvolumes",
  "persistentvolumeclaims",
  "storageclasses",
  "csidrivers",
  "csinodes",
  "volumeattachments",
  "volumeattributesclasses",
]);

const ATTEMPTS = 10;

export async function remove(rest: RestContext, request: ResourceRequest): Promise<ApiResponse> {
  const { definition, info } = request;
  const context = responseContext(rest, request);
  const options = await readDeleteOptions(request);
  const { object, gone } = await deleteObject(rest, request, info.namespace, info.name, options);
  if (!gone || RETURNS_OBJECT.has(definition.resource)) return resourceResponse(200, definition, object, context);
  return objectResponse(200, successStatus(definition, object), request.output);
}

function successStatus(definition: ResourceDefinition, object: KubernetesObject): Status {
  const { name = "", uid = "" } = object.metadata ?? {};
  const { group, resource } = definition;
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: { name, ...(group === "" ? {} : { group }), kind: resource, uid },
  };
}

/** Deletes everything that is selected; the answer is the list as it was before. */
export async function removeCollection(rest: RestContext, request: ResourceRequest): Promise<ApiResponse> {
  const { definition, info } = request;
  const context = responseContext(rest, request);
  const query = listOptions(request.request.query, false);
  const options = await readDeleteOptions(request);
  const page = await readPage(rest, definition, selectionOf(definition, info.namespace, query), query);
  for (const { namespace, name } of page.entries) {
    try {
      await deleteObject(rest, request, namespace, name, options);
    } catch (error) {
      if ((error as { reason?: string }).reason !== "NotFound") throw error;
    }
  }
  return entriesResponse(definition, page.entries, { resourceVersion: page.metadata.resourceVersion }, context);
}

async function readDeleteOptions(request: ResourceRequest): Promise<DeleteOptions> {
  const { query } = request.request;
  const body = await decodeOptions(request, "DeleteOptions");
  const grace = body === undefined ? integerParameter(query, "gracePeriodSeconds") : body.gracePeriodSeconds;
  const merged: Draft = {
    ...(body ?? {}),
    ...(grace === undefined || grace === null ? {} : { gracePeriodSeconds: grace }),
  };
  for (const name of ["propagationPolicy", "orphanDependents"] as const) {
    const value = query.get(name);
    if (value !== null && merged[name] === undefined)
      merged[name] = name === "orphanDependents" ? value === "true" : value;
  }
  const dryRun: string[] = merged.dryRun ?? query.getAll("dryRun");
  if (orphansByDefault(request.definition, merged)) request.warnings.add(ORPHAN_WARNING);
  const errors = [...propagationErrors(merged), ...dryRunErrors(dryRun)];
  if (errors.length > 0) throw invalid("meta.k8s.io", "DeleteOptions", "", errors);
  const policy = merged.propagationPolicy ?? orphanPolicy(merged.orphanDependents);
  return {
    dryRun: dryRun.length > 0,
    ...(merged.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: Math.max(0, merged.gracePeriodSeconds) }),
    ...(policy === undefined ? {} : { propagationPolicy: policy }),
    ...(merged.preconditions ? { preconditions: merged.preconditions } : {}),
  };
}

const ORPHAN_WARNING =
  "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning";

/** Jobs surprise those who name no policy. */
function orphansByDefault({ group, resource, strategy }: ResourceDefinition, options: Draft): boolean {
  const silent = options.propagationPolicy === undefined && options.orphanDependents === undefined;
  return silent && group === "batch" && resource === "jobs" && strategy.defaultPropagation === "Orphan";
}

function orphanPolicy(orphan: boolean | undefined): "Orphan" | "Background" | undefined {
  return orphan === undefined ? undefined : orphan ? "Orphan" : "Background";
}

function propagationErrors({ propagationPolicy: policy, orphanDependents: orphan }: Draft): FieldError[] {
  if (policy === undefined || policy === null) return [];
  if (orphan !== undefined && orphan !== null)
    return [invalidValue("propagationPolicy", policy, "orphanDependents and deletionPropagation cannot be both set")];
  if (policy === "Foreground" || policy === "Background" || policy === "Orphan") return [];
  return [notSupported("propagationPolicy", policy, ["Foreground", "Background", "Orphan", "nil"])];
}

interface Deletion {
  /** The object as it is now: marked, or as it was last. */
  readonly object: KubernetesObject;
  /** False when it stays until finalizers or its grace period are over. */
  readonly gone: boolean;
}

export async function deleteObject(
  rest: RestContext,
  request: ResourceRequest,
  namespace: string,
  name: string,
  options: DeleteOptions,
): Promise<Deletion> {
  const { definition } = request;
  const cacheKey = definition.namespaced ? `${namespace}/${name}` : name;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    await rest.caches.current();
    const entry = rest.caches.cache(definition.storageResource).get(cacheKey);
    if (entry === undefined) throw notFound(definition.group, definition.resource, name);
    const result = await attemptDelete(rest, request, namespace, name, entry, options);
    if (result !== undefined) return result;
  }
  throw conflict(definition.group, definition.resource, name);
}

async function attemptDelete(
  rest: RestContext,
  request: ResourceRequest,
  namespace: string,
  name: string,
  entry: CacheEntry,
  options: DeleteOptions,
): Promise<Deletion | undefined> {
  const { definition } = request;
  const stored = entry.object;
  await prepareVersions([stored], definition);
  const old = toVersion(stored, definition);
  checkPreconditions(definition, old, options);
  const admission = {
    ...admissionRequest(rest, request, {
      operation: "DELETE",
      name,
      object: undefined,
      oldObject: old,
      options: { ...options },
      dryRun: options.dryRun,
    }),
    namespace,
  };
  const plugins = rest.admission();
  await runMutation(plugins, admission);
  const admitted = await runValidation(plugins, admission);
  const plan = planDeletion(rest, definition, old, options);
  if (plan.unchanged || options.dryRun) {
    await admitted.release();
    return { object: plan.unchanged ? old : await finished(plan.draft, entry, definition), gone: plan.gone };
  }
  const object = plan.draft;
  await bringToStorage(object, definition);
  const value = storedValue(object, entry);
  const key = storageKey(definition, namespace, name);
  const removal = plan.gone ? rest.participants.get(definition.storageResource)?.beforeRemove?.(old) : undefined;
  const commit = await rest.store.commit({
    when: [{ key, modRevision: entry.revision }],
    then: plan.gone ? [{ type: "delete", key }, ...(removal?.then ?? [])] : [{ type: "put", key, value }],
  });
  if (!commit.succeeded) {
    await admitted.release();
    return undefined;
  }
  const deleted = value.at(plan.gone ? entry.revision : commit.revision);
  await prepareVersions([deleted], definition);
  return { object: toVersion(deleted, definition), gone: plan.gone };
}

async function finished(draft: Draft, entry: CacheEntry, definition: ResourceDefinition): Promise<KubernetesObject> {
  await bringToStorage(draft, definition);
  const object = storedValue(draft).at(entry.revision);
  await prepareVersions([object], definition);
  return toVersion(object, definition);
}

function checkPreconditions(definition: ResourceDefinition, old: KubernetesObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const stored = old.metadata!;
  const fail = (text: string): Error => conflict(definition.group, definition.kind, stored.name ?? "", text);
  if (uid !== undefined && uid !== null && uid !== stored.uid)
    throw fail(
      `the UID in the precondition (${uid}) does not match the UID in record (${stored.uid}). The object might have been deleted and then recreated`,
    );
  if (resourceVersion !== undefined && resourceVersion !== null && resourceVersion !== stored.resourceVersion)
    throw fail(
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${stored.resourceVersion}). The object might have been modified`,
    );
}

interface Plan {
  readonly draft: Draft;
  /** Whether the object leaves the store now. */
  readonly gone: boolean;
  /** Nothing to write: it is marked already. */
  readonly unchanged: boolean;
}

/** What a DELETE does to an object: remove it, or mark it with a time, finalizers and a grace period. */
function planDeletion(
  rest: RestContext,
  definition: ResourceDefinition,
  old: KubernetesObject,
  options: DeleteOptions,
): Plan {
  const draft: Draft = { ...old, metadata: { ...old.metadata } };
  const { metadata } = draft;
  rest.participants.get(definition.storageResource)?.beforeDelete?.(draft, rest.clock.now());
  const finalizers = finalizersAfter(draft, definition, options);
  const { strategy } = definition;
  const graceful = strategy.gracePeriodSeconds !== undefined;
  const grace = strategy.gracePeriodSeconds?.(old, options.gracePeriodSeconds) ?? 0;
  const marked = old.metadata!.deletionTimestamp !== undefined;
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  else delete metadata.finalizers;
  const changedFinalizers = finalizers.join() !== (old.metadata!.finalizers ?? []).join();
  const waits = staysUntilFinalized(draft) || finalizers.length > 0 || grace > 0;
  const left = marked ? (old.metadata!.deletionGracePeriodSeconds ?? 0) : Number.POSITIVE_INFINITY;
  const shortened = grace < left;
  if (!waits) {
    if (graceful || marked) mark(draft, rest, 0, definition);
    return { draft, gone: true, unchanged: false };
  }
  if (marked && !shortened && !changedFinalizers) return { draft, gone: false, unchanged: true };
  if (shortened) mark(draft, rest, grace, definition);
  return { draft, gone: false, unchanged: false };
}

/** Namespaces leave when their own finalizers are gone. */
function staysUntilFinalized(draft: Draft): boolean {
  if (draft.kind !== "Namespace" || draft.apiVersion !== "v1") return false;
  if ((draft.spec?.finalizers ?? []).length === 0) return false;
  draft.status = { ...draft.status, phase: "Terminating" };
  return true;
}

function mark(draft: Draft, rest: RestContext, grace: number, definition: ResourceDefinition): void {
  const { metadata } = draft;
  const first = metadata.deletionTimestamp === undefined;
  if (first || grace > 0 || metadata.deletionGracePeriodSeconds > 0)
    metadata.deletionTimestamp = formatTime(rest.clock.now() + grace * 1000);
  metadata.deletionGracePeriodSeconds = grace;
  if (first && definition.strategy.generation && metadata.generation !== undefined) metadata.generation += 1;
}

const ORPHAN = "orphan";
const FOREGROUND = "foregroundDeletion";

/** The finalizers that the propagation policy asks for, with those of others kept. */
function finalizersAfter(old: Draft, definition: ResourceDefinition, options: DeleteOptions): string[] {
  const present: string[] = old.metadata.finalizers ?? [];
  const others = present.filter((name) => name !== ORPHAN && name !== FOREGROUND);
  const policy = options.propagationPolicy;
  if (policy === undefined) {
    const kept = present.filter((name) => name === ORPHAN || name === FOREGROUND);
    if (kept.length === 0 && definition.strategy.defaultPropagation === "Orphan") return [...others, ORPHAN];
    return [...present];
  }
  if (policy === "Orphan") return [...others, ORPHAN];
  return policy === "Foreground" ? [...others, FOREGROUND] : others;
}
