import { type Admitted, runMutation, runValidation } from "@pinnace/admission";
import { completeZeroValues } from "@pinnace/api";
import {
  type ApiResponse,
  alreadyExists,
  badRequest,
  type Draft,
  formatTime,
  generateNameConflict,
  type KubernetesObject,
  type Strategy,
  thaw,
  unknownError,
} from "@pinnace/apimachinery";
import { resourceResponse } from "../media/responses.ts";
import type { ResourceRequest } from "../request-context.ts";
import { storageKey } from "../storage/keys.ts";
import { storedValue } from "../storage/object-value.ts";
import { checkSize } from "../storage/size-limit.ts";
import { bringToStorage, prepareVersions, toVersion } from "../storage/versions.ts";
import { admissionRequest } from "./admit.ts";
import { decodeBody } from "./decode.ts";
import { invalidObject } from "./invalid-object.ts";
import { managedOnUpdate } from "./managed-fields.ts";
import { checkMetadata } from "./metadata.ts";
import { type WriteOptions, writeOptions } from "./options.ts";
import { responseContext } from "./read.ts";
import { ReservationLost, type RestContext } from "./rest-context.ts";
import { strategyContext } from "./strategy-context.ts";

const NAME_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
const GENERATED_LENGTH = 5;
const MAX_GENERATED_BASE = 58;
/** How often another generated name, address or port is tried when one is taken. */
const NAME_ATTEMPTS = 8;

export async function create(rest: RestContext, request: ResourceRequest): Promise<ApiResponse> {
  const { definition } = request;
  const context = responseContext(rest, request);
  const options = writeOptions(request, "CreateOptions");
  const draft = await decodeBody(request, definition, options.fieldValidation);
  const generated = !draft.metadata?.name && Boolean(draft.metadata?.generateName);
  const again = generated || rest.participants.has(definition.storageResource);
  for (let attempt = 1; ; attempt += 1) {
    const candidate = again && attempt < NAME_ATTEMPTS ? thaw(draft) : draft;
    try {
      const object = await createObject(rest, request, candidate, options);
      return resourceResponse(201, definition, object, context);
    } catch (error) {
      if (error instanceof ReservationLost && attempt < NAME_ATTEMPTS) continue;
      if (!generated || (error as { reason?: string }).reason !== "AlreadyExists") throw error;
      if (attempt === NAME_ATTEMPTS)
        throw generateNameConflict(definition.group, definition.resource, candidate.metadata.name);
    }
  }
}

/** Stores a new object that is decoded and defaulted; the result is what is stored, at the request's version. */
export async function createObject(
  rest: RestContext,
  request: ResourceRequest,
  draft: Draft,
  options: WriteOptions,
  managedFields: (draft: Draft) => void = (next) =>
    managedOnUpdate(rest, request, undefined, next, options.fieldManager),
): Promise<KubernetesObject> {
  const { definition, info } = request;
  const { strategy } = definition;
  if (draft.metadata?.resourceVersion && draft.metadata.resourceVersion !== "0")
    throw unknownError("resourceVersion should not be set on objects to be created");
  checkNamespace(draft, request);
  initMetadata(rest, draft, strategy);
  managedFields(draft);
  const admission = admissionRequest(rest, request, {
    operation: "CREATE",
    name: draft.metadata.name ?? "",
    object: draft,
    oldObject: undefined,
    options: { fieldManager: options.fieldManager, ...(options.dryRun ? { dryRun: ["All"] } : {}) },
    dryRun: options.dryRun,
  });
  const plugins = rest.admission();
  await runMutation(plugins, admission);
  completeName(rest, draft);
  const reservation = await rest.participants.get(definition.storageResource)?.beforeCreate?.(draft, options.dryRun);
  let admitted: Admitted | undefined;
  try {
    prepare(rest, request, draft, strategy);
    admitted = await runValidation(plugins, admission);
    const key = storageKey(definition, info.namespace, draft.metadata.name);
    return await commitNew(rest, request, draft, key, options, reservation);
  } catch (error) {
    reservation?.release();
    await admitted?.release();
    throw error;
  } finally {
    if (options.dryRun) {
      reservation?.release();
      await admitted?.release();
    }
  }
}

async function commitNew(
  rest: RestContext,
  request: ResourceRequest,
  draft: Draft,
  key: string,
  options: WriteOptions,
  reservation: Awaited<
    ReturnType<NonNullable<NonNullable<ReturnType<RestContext["participants"]["get"]>>["beforeCreate"]>>
  >,
): Promise<KubernetesObject> {
  const { definition } = request;
  const { name } = draft.metadata;
  await bringToStorage(draft, definition);
  const value = storedValue(draft);
  if (options.dryRun) {
    const existing = await rest.store.read(key);
    if (existing !== undefined) throw alreadyExists(definition.group, definition.resource, name);
    const { object } = value;
    await prepareVersions([object], definition);
    return toVersion(object, definition);
  }
  checkSize(value);
  const ttl = rest.ttlOf(definition);
  const commit = await rest.store.commit({
    when: [{ key, modRevision: 0 }, ...(reservation?.when ?? [])],
    then: [{ type: "put", key, value, ...(ttl === undefined ? {} : { ttl }) }, ...(reservation?.then ?? [])],
  });
  if (!commit.succeeded) {
    const [existing, ...reserved] = commit.current;
    if (existing !== undefined) throw alreadyExists(definition.group, definition.resource, name);
    reservation?.lost?.(reserved);
    throw new ReservationLost("what the object needs was taken by another");
  }
  const created = value.at(commit.revision);
  await prepareVersions([created], definition);
  return toVersion(created, definition);
}

/** Strategy and validation of a new object; throws 422. */
function prepare(rest: RestContext, request: ResourceRequest, draft: Draft, strategy: Strategy): void {
  const { definition, warnings } = request;
  const context = strategyContext(rest, request);
  if (strategy.generation) draft.metadata.generation = 1;
  strategy.prepareForCreate?.(draft, context);
  completeZeroValues(draft, definition);
  const errors = [...checkMetadata(draft, undefined, definition), ...(strategy.validate?.(draft, context) ?? [])];
  if (errors.length > 0) throw invalidObject(definition, draft.metadata.name ?? "", errors);
  for (const text of strategy.warningsOnCreate?.(draft, context) ?? []) warnings.add(text);
  strategy.canonicalize?.(draft);
}

function checkNamespace(draft: Draft, { definition, info }: ResourceRequest): void {
  draft.metadata ??= {};
  const { metadata } = draft;
  if (!definition.namespaced) {
    delete metadata.namespace;
    return;
  }
  if (metadata.namespace && metadata.namespace !== info.namespace)
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  metadata.namespace = info.namespace;
}

/** What the server itself puts into the metadata of a new object. */
export function initMetadata(rest: RestContext, draft: Draft, strategy: Strategy): void {
  const { metadata } = draft;
  delete metadata.selfLink;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  metadata.uid = rest.uuid();
  metadata.creationTimestamp = formatTime(rest.clock.now());
  if (strategy.generation) delete metadata.generation;
}

/** Gives an object that has a `generateName` only its name. */
function completeName(rest: RestContext, { metadata }: Draft): void {
  if (!metadata.name && metadata.generateName) metadata.name = generateName(metadata.generateName, rest.random);
}

/** `web-` becomes `web-x7k2p`: five characters that make no words, after at most 58 of the base. */
function generateName(base: string, random: () => number): string {
  let suffix = "";
  for (let index = 0; index < GENERATED_LENGTH; index += 1)
    suffix += NAME_ALPHABET[Math.floor(random() * NAME_ALPHABET.length)];
  return base.slice(0, MAX_GENERATED_BASE) + suffix;
}
