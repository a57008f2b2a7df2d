import {
  type ApiResponse,
  type KubernetesObject,
  parseApiVersion,
  type ResourceDefinition,
  statusErrorOf,
  type WatchBody,
  type WatchEvent,
} from "@pinnace/apimachinery";
import { catchError, concatMap, map, type Observable, of } from "rxjs";
import { JSON_OUTPUT, negotiateWatch } from "../media/negotiation.ts";
import { partialMetadata } from "../media/partial-metadata.ts";
import type { ResponseContext } from "../media/responses.ts";
import { tableOf } from "../media/table.ts";
import type { ResourceRequest } from "../request-context.ts";
import type { Selection } from "../selection.ts";
import { encodeEvent, type WatchStreamOptions, watchStream } from "../watch-stream.ts";
import { convertedEvents } from "./converted-events.ts";
import { listOptions, parseResourceVersion } from "./list-options.ts";
import { responseContext } from "./read.ts";
import type { RestContext } from "./rest-context.ts";
import { selectionOf } from "./selectors.ts";

/** Without a timeout a watch lasts between these two, at random (`--min-request-timeout`). Seconds. */
const MIN_TIMEOUT = 1800;

export async function watch(rest: RestContext, request: ResourceRequest): Promise<ApiResponse> {
  const { definition, info } = request;
  const { query, headers } = request.request;
  const options = listOptions(query, true);
  const output = negotiateWatch(headers.accept, query);
  const context = { ...responseContext(rest, { ...request, output }), output };
  const selection = selectionOf(definition, info.namespace, options, info.nameFromSelector ? "" : info.name);
  const revision = parseResourceVersion(options.resourceVersion, false);
  const anyVersion = revision === undefined || revision === 0;
  if (options.sendInitialEvents === true && !anyVersion) await rest.caches.reached(revision);
  else if (revision === undefined) await rest.caches.current();
  const initialEvents = options.sendInitialEvents ?? anyVersion;
  const seconds = options.timeoutSeconds || MIN_TIMEOUT * (1 + rest.random());
  const events = versionedStream(rest, definition, selection, {
    from: anyVersion || initialEvents ? undefined : revision,
    initialEvents,
    markInitialEventsEnd: options.sendInitialEvents === true && options.bookmarks,
    bookmarks: options.bookmarks,
    timeout: seconds * 1000,
  });
  const body: WatchBody =
    output.as === undefined
      ? { type: "watch", events, encode: encodeEvent }
      : {
          type: "watch",
          events: events.pipe(map(transformer(request, context)), catchError(lastEvent)),
          encode: encodeEvent,
        };
  return { status: 200, headers: { "content-type": JSON_OUTPUT.mediaType }, body };
}

/** The events of a watch at the version of `definition`; where only somebody outside can convert, one after the other. */
function versionedStream(
  rest: RestContext,
  definition: ResourceDefinition,
  selection: Selection,
  options: WatchStreamOptions,
): Observable<WatchEvent> {
  if (definition.remoteConversion === undefined) return watchStream(rest, definition, selection, options);
  const { group, version } = parseApiVersion(definition.storageApiVersion);
  const { remoteConversion: _, default: __, ...stored } = { ...definition, group, version };
  // Fields can be looked at when an object is converted, and not before.
  const everything = selectionOf(stored, selection.namespace, { labelSelector: "", fieldSelector: "" });
  return watchStream(rest, stored, everything, options).pipe(
    concatMap((event) => convertedEvents(event, definition, selection)),
    concatMap((converted) => converted),
  );
}

/** What ends a watch whose objects cannot be shown. */
function lastEvent(error: unknown): Observable<WatchEvent> {
  return of({ type: "ERROR", object: statusErrorOf(error).status as unknown as KubernetesObject });
}

/** Turns each object into what `as=` asks for. Only the first table names the columns. */
function transformer(request: ResourceRequest, context: ResponseContext): (event: WatchEvent) => WatchEvent {
  const { as, metaVersion } = context.output;
  let first = true;
  return (event) => {
    if (event.type === "ERROR") return event;
    if (as !== "Table") return { type: event.type, object: partialMetadata(event.object, metaVersion) };
    const metadata = { resourceVersion: event.object.metadata?.resourceVersion ?? "" };
    const table = tableOf(request.definition, [event.object], metadata, { ...context, metaVersion });
    const object = first ? table : { ...table, columnDefinitions: null };
    first = false;
    return { type: event.type, object: object as unknown as KubernetesObject };
  };
}
