import type { ApiResponse, WatchEvent } from "@pinnace/apimachinery";
import type { Transport } from "@pinnace/client";
import { isCodedError, messageOf } from "@pinnace/errors";
import {
  type Commit,
  type Entry,
  type ListOptions,
  type Mutation,
  type Page,
  type Store,
  StoreError,
  type StoreEvent,
  type Transaction,
} from "@pinnace/store";
import { Observable, type Subscriber } from "rxjs";
import { type ConfigMap, entryOf, NOT_TOLD, nameOf, pathOf } from "./config-maps.ts";
import { UNTOLD } from "./recorder.ts";

/** Milliseconds after which a client no longer waits for an answer. */
const PATIENCE = 10_000;
/** Seconds after which the server ends a watch: now and then while others go on. */
const WATCH = 10;
/** Codes of failures to connect: the request was not sent. */
const NOT_SENT = ["ECONNREFUSED", "UND_ERR_CONNECT_TIMEOUT"];

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

interface Message {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly contentType?: string;
}

/**
 * API servers as a store: a key `/a/1` is ConfigMap `1` in namespace `a`. Each call goes to one of the servers, as from a
 * load balancer. Commits have one mutation: without a condition an apply, with one a create, an update or a deletion. What
 * the API does not tell is NaN or {@link UNTOLD}: `createRevision`, what was before an event, the revision of a deletion, and
 * what was there at a conflict.
 */
export class ApiStore implements Store {
  /** Resolves to a server to ask. */
  readonly #server: () => Promise<Transport>;
  readonly #continues = new Map<string, string>();

  constructor(server: () => Promise<Transport>) {
    this.#server = server;
  }

  async read(key: string): Promise<Entry | undefined> {
    const { status, object } = await this.#ask("GET", pathOf(key));
    if (status === 404) return undefined;
    return entryOf(succeeded(status, object) as ConfigMap);
  }

  async revision(): Promise<number> {
    const { status, object } = await this.#ask("GET", pathOf(""), { query: { limit: "1" } });
    return Number((succeeded(status, object) as ConfigMap).metadata.resourceVersion);
  }

  /** Pages in which nothing is of the clients are joined with the next one. */
  async list(prefix: string, { limit = 0, startAfter, revision }: ListOptions = {}): Promise<Page> {
    const place = (key: string | undefined): string => `${prefix} ${revision} ${key}`;
    let next = this.#continues.get(place(startAfter));
    for (;;) {
      const start: Readonly<Record<string, string>> =
        next !== undefined
          ? { continue: next }
          : revision === undefined
            ? {}
            : { resourceVersion: String(revision), resourceVersionMatch: "Exact" };
      const query = { ...start, ...(limit === 0 ? {} : { limit: String(limit) }) };
      const { status, object } = await this.#ask("GET", pathOf(prefix), { query });
      const { items, metadata } = succeeded(status, object) as unknown as {
        readonly items: readonly ConfigMap[];
      } & ConfigMap;
      const entries = items.filter((item) => nameOf(item) !== undefined).map(entryOf);
      const at = Number(metadata.resourceVersion);
      next = metadata.continue || undefined;
      const last = entries.at(-1)?.key;
      if (next !== undefined && last === undefined) continue;
      if (next !== undefined) this.#continues.set(`${prefix} ${at} ${last}`, next);
      return { entries, revision: at, remaining: next === undefined ? 0 : 1 };
    }
  }

  async commit({ when, then }: Transaction): Promise<Commit> {
    const [mutation, more] = then;
    const [condition] = when;
    if (mutation === undefined || more !== undefined) throw new StoreError("INVALID", "an API writes one object");
    const { status, object } = await this.#write(mutation, condition?.modRevision);
    if (status < 300) {
      const revision = mutation.type === "put" ? Number(object?.metadata.resourceVersion) : NOT_TOLD;
      return { succeeded: true, revision };
    }
    const isConflict = status === 409 || status === 404;
    if (isConflict && condition !== undefined) return { succeeded: false, revision: NOT_TOLD, current: [] };
    const message = `${status} ${JSON.stringify(object)}`;
    throw new StoreError(isConflict || status === 429 ? "UNAVAILABLE" : "OUTCOME_UNKNOWN", message);
  }

  watch(prefix: string, { from = 0, onProgress }: Parameters<Store["watch"]>[1] = {}): Observable<StoreEvent> {
    return new Observable((subscriber) => {
      const end = new AbortController();
      subscriber.add(() => end.abort());
      this.#watch(prefix, from, onProgress, subscriber, end.signal).catch((error: unknown) => {
        subscriber.error(error instanceof StoreError ? error : new StoreError("UNAVAILABLE", messageOf(error)));
      });
    });
  }

  /** Nobody compacts by the API. */
  async compact(): Promise<void> {}

  /** Bookmarks come when the server sends them. */
  async requestProgress(): Promise<void> {}

  async close(): Promise<void> {}

  #write(
    mutation: Mutation,
    modRevision: number | undefined,
  ): Promise<{ readonly status: number; readonly object: ConfigMap | undefined }> {
    const { key } = mutation;
    const [, namespace = "", name = ""] = key.split("/");
    const resourceVersion = String(modRevision);
    if (mutation.type === "delete") {
      const body = { apiVersion: "v1", kind: "DeleteOptions", preconditions: { resourceVersion } };
      return this.#ask("DELETE", pathOf(key), { body });
    }
    const data = { value: new TextDecoder().decode(mutation.value.bytes()) };
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace, name }, data };
    if (modRevision === undefined)
      return this.#ask("PATCH", pathOf(key), {
        query: { fieldManager: "robustness", force: "true" },
        ...{ body: object, contentType: "application/apply-patch+yaml" },
      });
    if (modRevision === 0) return this.#ask("POST", pathOf(`/${namespace}/`), { body: object });
    const metadata = { ...object.metadata, resourceVersion };
    if (modRevision % 2 === 0) return this.#ask("PUT", pathOf(key), { body: { ...object, metadata } });
    const contentType = "application/merge-patch+json";
    return this.#ask("PATCH", pathOf(key), { body: { metadata: { resourceVersion }, data }, contentType });
  }

  async #watch(
    prefix: string,
    from: number,
    onProgress: ((revision: number) => void) | undefined,
    subscriber: Subscriber<StoreEvent>,
    signal: AbortSignal,
  ): Promise<void> {
    const query = {
      ...{ watch: "true", allowWatchBookmarks: "true", resourceVersion: String(from) },
      timeoutSeconds: String(1 + (from % WATCH)),
    };
    const { status, body } = await this.#send("GET", pathOf(prefix), { query }, signal);
    if (body.type !== "watch") throw failureOf(status, objectOf(body));
    const watching = body.events.subscribe({
      next: (event) => {
        if (event.type === "ERROR") return subscriber.error(failureOf(codeOf(event), event.object));
        if (event.type === "BOOKMARK") onProgress?.(Number(event.object.metadata?.resourceVersion));
        else if (nameOf(event.object as ConfigMap) !== undefined) subscriber.next(eventOf(event));
      },
      error: (error) => subscriber.error(new StoreError("UNAVAILABLE", messageOf(error))),
      complete: () => subscriber.complete(),
    });
    subscriber.add(watching);
  }

  async #ask(
    method: Method,
    path: string,
    message: Message = {},
  ): Promise<{ readonly status: number; readonly object: ConfigMap | undefined }> {
    const { status, body } = await this.#send(method, path, message, AbortSignal.timeout(PATIENCE));
    return { status, object: objectOf(body) as ConfigMap | undefined };
  }

  async #send(
    method: Method,
    path: string,
    { query = {}, body, contentType = "application/json" }: Message,
    signal: AbortSignal,
  ): Promise<ApiResponse> {
    const server = await this.#server();
    const headers = { accept: "application/json", ...(body === undefined ? {} : { "content-type": contentType }) };
    const content = body === undefined ? {} : { body: { bytes: new TextEncoder().encode(JSON.stringify(body)) } };
    const request = { method, path, query: new URLSearchParams(query), headers, signal, ...content };
    try {
      return await server.request(request);
    } catch (error) {
      throw new StoreError(isNotSent(error) ? "CLOSED" : "OUTCOME_UNKNOWN", messageOf(error), { cause: error });
    }
  }
}

function isNotSent(error: unknown): boolean {
  const cause = isCodedError(error) ? (error.cause as { readonly code?: unknown } | undefined) : undefined;
  return NOT_SENT.includes(String(cause?.code));
}

const objectOf = (body: ApiResponse["body"]): unknown => (body.type === "object" ? body.object : undefined);

const codeOf = ({ object }: WatchEvent): number => (object as unknown as { readonly code: number }).code;

function failureOf(status: number, object: unknown): StoreError {
  return new StoreError(status === 410 ? "COMPACTED" : "UNAVAILABLE", `${status} ${JSON.stringify(object)}`);
}

function succeeded(status: number, object: object | undefined): object {
  if (status >= 300 || object === undefined) throw failureOf(status, object);
  return object;
}

/** Of what was before, an event tells the value of what was deleted, and whether there was anything. */
function eventOf({ type, object }: WatchEvent): StoreEvent {
  const entry = entryOf(object as ConfigMap);
  const { key, modRevision: revision } = entry;
  const before = { key, createRevision: NOT_TOLD, modRevision: NOT_TOLD };
  if (type === "DELETED") return { type: "delete", key, revision, previous: { ...before, value: entry.value } };
  return { type: "put", entry, revision, previous: type === "ADDED" ? undefined : { ...before, value: UNTOLD } };
}
