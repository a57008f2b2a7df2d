import { type Admitted, runMutation, runValidation } from "@pinnace/admission";
import { completeZeroValues } from "@pinnace/api";
import {
  type ApiResponse,
  conflict,
  type Draft,
  deepEqual,
  invalid,
  invalidValue,
  type KubernetesObject,
  notFound,
  type ResourceDefinition,
  type Strategy,
  thaw,
  unknownError,
} from "@pinnace/apimachinery";
import { attributesOf } from "../authorization.ts";
import { resourceResponse } from "../media/responses.ts";
import type { ResourceRequest } from "../request-context.ts";
import { storageKey } from "../storage/keys.ts";
import { storedValue } from "../storage/object-value.ts";
import type { CacheEntry } from "../storage/resource-cache.ts";
import { checkSize } from "../storage/size-limit.ts";
import { bringToStorage, prepareVersions, toVersion } from "../storage/versions.ts";
import { admissionRequest } from "./admit.ts";
import { withoutTimes } from "./content.ts";
import { createObject } from "./create.ts";
import { decodeBody } from "./decode.ts";
import { invalidObject } from "./invalid-object.ts";
import { asStored } from "./known-parts.ts";
import { managedOnUpdate } from "./managed-fields.ts";
import { checkMetadata, keepSystemMetadata } from "./metadata.ts";
import { checkObjectName } from "./object-name.ts";
import { type WriteOptions, writeOptions } from "./options.ts";
import { responseContext } from "./read.ts";
import { type Reservation, ReservationLost, type RestContext } from "./rest-context.ts";
import { strategyContext, strategyOf } from "./strategy-context.ts";

/** How a write makes the next state from the stored one. */
export interface Change {
  /** The next object, decoded and defaulted, from the stored one at the request's version. Called again after a conflict. */
  next(old: KubernetesObject): Draft | Promise<Draft>;
  /** The object for a resource that does not exist yet; absent: 404. */
  create?(): Draft | Promise<Draft>;
  /** Writes `managedFields` of the draft; absent: as an Update by the request's field manager. */
  manage?(draft: Draft, old: KubernetesObject | undefined): void;
  /** Further conditions on the stored object; throws to refuse. */
  check?(old: KubernetesObject): void;
  /** What admission sees in place of the object, where the subresource has a kind of its own (`Scale`). */
  readonly view?: ObjectView;
  /**
   * True for a PUT: the object's uid and resourceVersion are preconditions of the whole request (409). A patch is computed
   * anew after a lost race, and one that changes the uid is invalid (422).
   */
  readonly conditional?: boolean;
  /** How often a lost race is tried again when the client named no resourceVersion. */
  readonly attempts: number;
}

/** An object as another kind. */
interface ObjectView {
  show(object: KubernetesObject): Draft;
  /** Brings what became of the shown object into the draft that it was made of. */
  apply(draft: Draft, shown: Draft): void;
}

interface ChangeResult {
  readonly object: KubernetesObject;
  readonly created: boolean;
}

const UPDATE_ATTEMPTS = 5;

export async function update(rest: RestContext, request: ResourceRequest): Promise<ApiResponse> {
  const { definition } = request;
  const context = responseContext(rest, request);
  const options = writeOptions(request, "UpdateOptions");
  const draft = await decodeBody(request, definition, options.fieldValidation, storedNow(rest, request));
  draft.metadata ??= {};
  checkObjectName(draft.metadata, request);
  if (definition.namespaced) draft.metadata.namespace = request.info.namespace;
  const creates = definition.strategy.allowCreateOnUpdate && request.info.subresource === "";
  // Whoever names a version has one attempt, and no need of a copy for the next.
  const once = !creates && namesVersion(draft);
  const copy = (): Draft => (once ? draft : thaw(draft));
  const result = await changeObject(rest, request, options, {
    next: copy,
    ...(creates ? { create: () => creation(copy(), request) } : {}),
    conditional: true,
    attempts: UPDATE_ATTEMPTS,
  });
  return resourceResponse(result.created ? 201 : 200, definition, result.object, context);
}

/** The object that a request is about as the caches have it, when it is served as it is stored. */
function storedNow({ caches }: RestContext, { definition, info }: ResourceRequest): KubernetesObject | undefined {
  const entry = caches.cache(definition.storageResource).get(cacheKey(definition, info));
  return entry && asStored(entry.object, definition);
}

function cacheKey({ namespaced }: ResourceDefinition, { namespace, name }: ResourceRequest["info"]): string {
  return namespaced ? `${namespace}/${name}` : name;
}

function namesVersion({ metadata }: Draft): boolean {
  return Boolean(metadata.resourceVersion) && metadata.resourceVersion !== "0";
}

/** A PUT that creates must not name a uid. */
function creation(draft: Draft, { definition, info }: ResourceRequest): Draft {
  if (draft.metadata.uid) {
    const key = storageKey(definition, info.namespace, info.name);
    throw conflict(
      definition.group,
      definition.resource,
      info.name,
      `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${draft.metadata.uid}, UID in object meta: `,
    );
  }
  delete draft.metadata.resourceVersion;
  return draft;
}

/** Changes a stored object, or creates it; tries again when another writer was faster and the client allows it. */
export async function changeObject(
  rest: RestContext,
  request: ResourceRequest,
  options: WriteOptions,
  change: Change,
): Promise<ChangeResult> {
  const { definition, info } = request;
  const key = cacheKey(definition, info);
  for (let attempt = 1; ; attempt += 1) {
    await rest.caches.current();
    const entry = rest.caches.cache(definition.storageResource).get(key);
    if (entry === undefined) {
      if (change.create === undefined) throw notFound(definition.group, definition.resource, info.name);
      await rest.authorize({ ...attributesOf(request), verb: "create", name: info.name });
      const draft = await change.create();
      const manage = change.manage;
      const created = await createObject(
        rest,
        request,
        draft,
        options,
        ...(manage === undefined ? [] : [(next: Draft) => manage(next, undefined)]),
      ).catch((error: unknown) => {
        if (!(error instanceof ReservationLost) || attempt >= change.attempts) throw error;
      });
      if (created === undefined) continue;
      return { object: created, created: true };
    }
    const outcome = await attemptChange(rest, request, options, change, entry);
    if (outcome !== "lost") return { object: outcome, created: false };
    if (attempt >= change.attempts) throw conflict(definition.group, definition.resource, info.name);
  }
}

async function attemptChange(
  rest: RestContext,
  request: ResourceRequest,
  options: WriteOptions,
  change: Change,
  entry: CacheEntry,
): Promise<KubernetesObject | "lost"> {
  const { definition, info } = request;
  const old = await served(entry.object, definition);
  change.check?.(old);
  const strategy = strategyOf(definition, info.subresource);
  const draft = await change.next(old);
  draft.metadata ??= {};
  if (change.conditional) checkUid(draft, old, request);
  const unconditional = checkResourceVersion(draft, old, request, strategy);
  draft.metadata.resourceVersion = old.metadata!.resourceVersion;
  keepSystemMetadata(draft, old);
  const context = strategyContext(rest, request);
  strategy.prepareForUpdate?.(draft, old, context);
  if (change.manage !== undefined) change.manage(draft, old);
  else managedOnUpdate(rest, request, old, draft, options.fieldManager);
  const admission = admissionRequest(rest, request, {
    operation: "UPDATE",
    name: info.name,
    object: change.view?.show(draft) ?? draft,
    oldObject: change.view?.show(old) ?? old,
    options: { fieldManager: options.fieldManager, ...(options.dryRun ? { dryRun: ["All"] } : {}) },
    dryRun: options.dryRun,
  });
  const plugins = rest.admission();
  await runMutation(plugins, admission);
  change.view?.apply(draft, admission.object);
  const participant = rest.participants.get(definition.storageResource);
  const reservation =
    info.subresource === "" ? await participant?.beforeUpdate?.(draft, old, options.dryRun) : undefined;
  let admitted: Admitted | undefined;
  let stored = false;
  try {
    prepareUpdate(rest, request, draft, old, strategy);
    admitted = await runValidation(plugins, admission);
    const result = await commitChange(rest, request, draft, old, entry, options, reservation);
    stored = result !== "lost" && !options.dryRun;
    if (result === "lost" && change.conditional && !unconditional)
      throw conflict(definition.group, definition.resource, info.name);
    return result;
  } finally {
    if (!stored) {
      reservation?.release();
      await admitted?.release();
    }
  }
}

/** Throws 409 for another uid. */
function checkUid(draft: Draft, old: KubernetesObject, { definition, info }: ResourceRequest): void {
  const { uid } = draft.metadata;
  const stored = old.metadata!;
  if (uid && uid !== stored.uid) {
    const key = storageKey(definition, info.namespace, info.name);
    throw conflict(
      definition.group,
      definition.resource,
      info.name,
      `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${stored.uid}`,
    );
  }
}

/** Throws 409 for another resourceVersion, 500 for one that is no number; says whether the client named none. */
function checkResourceVersion(
  draft: Draft,
  old: KubernetesObject,
  request: ResourceRequest,
  strategy: Strategy,
): boolean {
  const { definition, info } = request;
  const { resourceVersion } = draft.metadata;
  if (!namesVersion(draft)) {
    if (!strategy.allowUnconditionalUpdate)
      throw invalid(definition.group, definition.resource, info.name, [
        invalidValue("metadata.resourceVersion", 0, "must be specified for an update"),
      ]);
    return true;
  }
  if (!/^\d+$/.test(resourceVersion))
    throw unknownError(`strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`);
  if (resourceVersion !== old.metadata!.resourceVersion)
    throw conflict(definition.group, definition.resource, info.name);
  return false;
}

function prepareUpdate(
  rest: RestContext,
  request: ResourceRequest,
  draft: Draft,
  old: KubernetesObject,
  strategy: Strategy,
): void {
  const { definition, warnings, info } = request;
  const context = strategyContext(rest, request);
  keepSystemMetadata(draft, old);
  strategy.prepareForUpdate?.(draft, old, context);
  completeZeroValues(draft, definition, old);
  keepGeneration(draft, old, definition.strategy);
  const errors = [...checkMetadata(draft, old, definition), ...(strategy.validateUpdate?.(draft, old, context) ?? [])];
  if (errors.length > 0) throw invalidObject(definition, info.name, errors);
  for (const text of strategy.warningsOnUpdate?.(draft, old, context) ?? []) warnings.add(text);
  strategy.canonicalize?.(draft);
}

function keepGeneration(draft: Draft, old: KubernetesObject, { generation, countsLabels = false }: Strategy): void {
  const before = old.metadata!.generation;
  if (!generation) {
    if (before !== undefined && draft.metadata.generation === undefined) draft.metadata.generation = before;
    return;
  }
  const { metadata: _, status: __, ...spec } = draft;
  const { metadata: ___, status: ____, ...oldSpec } = old as Draft;
  const changed =
    !deepEqual(spec, oldSpec) || (countsLabels && !deepEqual(draft.metadata.labels, old.metadata!.labels));
  draft.metadata.generation = changed ? (before ?? 0) + 1 : before;
}

async function commitChange(
  rest: RestContext,
  request: ResourceRequest,
  draft: Draft,
  old: KubernetesObject,
  entry: CacheEntry,
  options: WriteOptions,
  reservation: Reservation | undefined,
): Promise<KubernetesObject | "lost"> {
  const { definition, info } = request;
  if (deepEqual(withoutTimes(draft), withoutTimes(old))) return old;
  const key = storageKey(definition, info.namespace, info.name);
  const removed = finishesDeletion(draft, old);
  await bringToStorage(draft, definition);
  const value = storedValue(draft, entry);
  if (options.dryRun) return served(value.at(entry.revision), definition);
  checkSize(value);
  const ttl = rest.ttlOf(definition);
  const removal = removed ? rest.participants.get(definition.storageResource)?.beforeRemove?.(old) : undefined;
  const commit = await rest.store.commit({
    when: [{ key, modRevision: entry.revision }, ...(reservation?.when ?? [])],
    then: removed
      ? [{ type: "delete", key }, ...(removal?.then ?? [])]
      : [{ type: "put", key, value, ...(ttl === undefined ? {} : { ttl }) }, ...(reservation?.then ?? [])],
  });
  if (!commit.succeeded) {
    reservation?.lost?.(commit.current.slice(1));
    return "lost";
  }
  return served(value.at(commit.revision), definition);
}

async function served(object: KubernetesObject, definition: ResourceDefinition): Promise<KubernetesObject> {
  await prepareVersions([object], definition);
  return toVersion(object, definition);
}

/** The update took away the last finalizer of an object whose deletion waits for nothing else. */
function finishesDeletion(draft: Draft, old: Draft): boolean {
  if (draft.metadata.deletionTimestamp === undefined) return false;
  if (finalizersOf(draft) > 0 || finalizersOf(old) === 0) return false;
  return (draft.metadata.deletionGracePeriodSeconds ?? 0) === 0;
}

/** Namespaces have finalizers in their spec, too. */
function finalizersOf({ kind, apiVersion, metadata, spec }: Draft): number {
  const own = kind === "Namespace" && apiVersion === "v1" ? (spec?.finalizers ?? []) : [];
  return (metadata.finalizers ?? []).length + own.length;
}
