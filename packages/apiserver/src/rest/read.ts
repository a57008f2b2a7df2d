import type { ApiResponse, KubernetesObject, ResourceDefinition } from "@pinnace/apimachinery";
import { badRequest, expired, notFound, StatusError } from "@pinnace/apimachinery";
import { entriesResponse, entryResponse, type ResponseContext } from "../media/responses.ts";
import { includeObjectOf } from "../media/table.ts";
import type { ResourceRequest } from "../request-context.ts";
import type { Selection } from "../selection.ts";
import { resourcePrefix } from "../storage/keys.ts";
import { CacheEntry } from "../storage/resource-cache.ts";
import { servedObject } from "../storage/served.ts";
import { prepareVersions } from "../storage/versions.ts";
import { decodeContinue, encodeContinue } from "./continue-token.ts";
import { type ListOptions, listOptions, parseResourceVersion } from "./list-options.ts";
import type { RestContext } from "./rest-context.ts";
import { selectionOf } from "./selectors.ts";

/** How long a read waits for a revision that has not come yet; upstream's bound. */
const FUTURE_WAIT = 3_000;

export function responseContext(rest: RestContext, request: ResourceRequest): ResponseContext {
  const { output } = request;
  const includeObject = output.as === "Table" ? includeObjectOf(request.request.query) : "Metadata";
  return { output, includeObject, now: rest.clock.now() };
}

/** The newest object, at the request's version; throws 404. */
export async function readObject(
  rest: RestContext,
  definition: ResourceDefinition,
  namespace: string,
  name: string,
): Promise<KubernetesObject> {
  return servedObject(await readEntry(rest, definition, namespace, name), definition);
}

/** The newest entry, ready to be served at the definition's version; throws 404. */
async function readEntry(
  rest: RestContext,
  definition: ResourceDefinition,
  namespace: string,
  name: string,
): Promise<CacheEntry> {
  await rest.caches.current();
  const entry = rest.caches
    .cache(definition.storageResource)
    .get(definition.namespaced ? `${namespace}/${name}` : name);
  if (entry === undefined) throw notFound(definition.group, definition.resource, name);
  if (definition.remoteConversion !== undefined) await prepareVersions([entry.pin()], definition);
  return entry;
}

export async function get(rest: RestContext, request: ResourceRequest): Promise<ApiResponse> {
  const { definition, info } = request;
  const context = responseContext(rest, request);
  const wanted = parseResourceVersion(request.request.query.get("resourceVersion") ?? "", false);
  if (wanted !== undefined) await reach(rest, wanted);
  return entryResponse(definition, await readEntry(rest, definition, info.namespace, info.name), context);
}

export async function list(rest: RestContext, request: ResourceRequest): Promise<ApiResponse> {
  const { definition, info } = request;
  const options = listOptions(request.request.query, false);
  const context = responseContext(rest, request);
  const selection = selectionOf(definition, info.namespace, options);
  const page = await readPage(rest, definition, selection, options);
  return entriesResponse(definition, page.entries, page.metadata, context);
}

interface ListPage {
  /** Ready to be served at the definition's version. */
  readonly entries: readonly CacheEntry[];
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
}

/** One page of a resource, from memory when the newest state is asked for, else from the store's past. */
export async function readPage(
  rest: RestContext,
  definition: ResourceDefinition,
  selection: Selection,
  options: ListOptions,
): Promise<ListPage> {
  const { limit, resourceVersion, match } = options;
  if (options.continueToken !== "") return continuePage(rest, definition, selection, options);
  const wanted = parseResourceVersion(resourceVersion, true);
  const exact = match === "Exact" || (match === "" && limit > 0 && wanted !== undefined && wanted > 0);
  if (exact) return pastPage(rest, definition, selection, { revision: wanted!, after: "", limit });
  if (wanted === undefined) await rest.caches.current();
  else if (wanted > 0) await reach(rest, wanted);
  return currentPage(rest, definition, selection, wanted === 0 && match === "" ? 0 : limit);
}

async function reach(rest: RestContext, revision: number): Promise<void> {
  if (revision <= rest.caches.revision) return;
  const abort = new AbortController();
  const late = rest.clock.sleep(FUTURE_WAIT, abort.signal).then(
    () => true,
    () => false,
  );
  const tooLate = await Promise.race([rest.caches.reached(revision).then(() => false), late]);
  abort.abort();
  if (tooLate) throw tooLargeVersion(revision, rest.caches.revision);
}

function currentPage(
  rest: RestContext,
  definition: ResourceDefinition,
  selection: Selection,
  limit: number,
): Promise<ListPage> {
  const { caches } = rest;
  const cache = caches.cache(definition.storageResource);
  const entries = selection.namespace === "" ? cache.list() : cache.inNamespace(selection.namespace);
  const revision = caches.revision;
  return pageOf(entries, revision, definition, selection, limit);
}

/** The first so many entries that a selection takes; 0 for all. */
async function pageOf(
  entries: readonly CacheEntry[],
  revision: number,
  definition: ResourceDefinition,
  selection: Selection,
  limit: number,
): Promise<ListPage> {
  if (definition.remoteConversion !== undefined) await prepareVersions(objectsOf(entries), definition);
  const metadata = { resourceVersion: String(revision) };
  if (selection.everything && (limit === 0 || limit >= entries.length)) return { entries, metadata };
  const taken: CacheEntry[] = [];
  for (let index = 0; index < entries.length; index += 1) {
    const entry = entries[index]!;
    if (!selection.everything && !selection.matchesEntry(entry)) continue;
    taken.push(entry);
    if (taken.length === limit && index + 1 < entries.length)
      return pageWithMore(taken, revision, selection, {
        count: entries.length - index - 1,
        some: () => entries.slice(index + 1).some((left) => selection.matchesEntry(left)),
      });
  }
  return { entries: taken, metadata };
}

function* objectsOf(entries: readonly CacheEntry[]): Iterable<KubernetesObject> {
  for (const entry of entries) yield entry.pin();
}

/** What follows a page. */
interface Left {
  readonly count: number;
  /** Whether any of it matches. */
  some(): boolean;
}

/** A page that ends early. Without anything left to match there is no continue token; only a full list knows how many are left. */
function pageWithMore(entries: readonly CacheEntry[], revision: number, selection: Selection, left: Left): ListPage {
  const resourceVersion = String(revision);
  if (!selection.everything && !left.some()) return { entries, metadata: { resourceVersion } };
  const metadata = { resourceVersion, continue: encodeContinue({ revision, after: entries.at(-1)!.key }) };
  if (!selection.everything) return { entries, metadata };
  return { entries, metadata: { ...metadata, remainingItemCount: left.count } };
}

async function continuePage(
  rest: RestContext,
  definition: ResourceDefinition,
  selection: Selection,
  options: ListOptions,
): Promise<ListPage> {
  if (options.resourceVersion !== "" && options.resourceVersion !== "0")
    throw badRequest("specifying resource version is not allowed when using continue");
  const token = decodeContinue(options.continueToken);
  if (token.revision < 0) {
    await rest.caches.current();
    return pastPage(rest, definition, selection, { ...token, revision: rest.caches.revision, limit: options.limit });
  }
  return pastPage(rest, definition, selection, { ...token, limit: options.limit });
}

interface PastPosition {
  readonly revision: number;
  /** The cache key of the last item of the page before; "" for the first page. */
  readonly after: string;
  readonly limit: number;
}

async function pastPage(
  rest: RestContext,
  definition: ResourceDefinition,
  selection: Selection,
  position: PastPosition,
): Promise<ListPage> {
  const { revision, after, limit } = position;
  const prefix = resourcePrefix(definition.storageResource);
  const scope = selection.namespace === "" ? prefix : `${prefix}${selection.namespace}/`;
  const page = await rest.store
    .list(scope, { revision, ...(after === "" ? {} : { startAfter: `${prefix}${after}` }) })
    .catch((error: unknown) => {
      throw historyError(rest, error, after, revision);
    });
  const entries = page.entries.map((entry) => new CacheEntry(entry.key.slice(prefix.length), entry));
  return pageOf(entries, revision, definition, selection, limit);
}

/** The past is gone: 410, with a token that goes on from the same key in the present when a continuation failed. */
function historyError(rest: RestContext, error: unknown, after: string, revision: number): unknown {
  const { code } = error as { code?: string };
  if (code === "FUTURE_REVISION") return tooLargeVersion(revision, rest.caches.revision);
  if (code !== "COMPACTED") return error;
  if (after === "") return expired("The resourceVersion for the provided list is too old.");
  const fresh = encodeContinue({ revision: -1, after });
  return Object.assign(
    expired(
      "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
    ),
    { continue: fresh },
  );
}

/** 504: the revision has not come yet; clients try again. */
function tooLargeVersion(revision: number, current: number): StatusError {
  const message = `Timeout: Too large resource version: ${revision}, current: ${current}`;
  return new StatusError(504, "Timeout", message, {
    causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
    retryAfterSeconds: 1,
  });
}
