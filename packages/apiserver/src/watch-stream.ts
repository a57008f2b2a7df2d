import type { KubernetesObject, ResourceDefinition, WatchEvent } from "@pinnace/apimachinery";
import { expired, statusErrorOf } from "@pinnace/apimachinery";
import type { Clock, Timer } from "@pinnace/clock";
import { Observable, type Subscriber } from "rxjs";
import type { Selection } from "./selection.ts";
import { textOf } from "./storage/object-value.ts";
import type { CacheChange, ResourceCache } from "./storage/resource-cache.ts";
import { servedObject } from "./storage/served.ts";
import type { StoreCache } from "./storage/store-cache.ts";
import { toVersion } from "./storage/versions.ts";

export interface WatchStreamOptions {
  /** Deliver changes after this revision; undefined: begin with the present state. */
  readonly from: number | undefined;
  /** Begin with what exists as ADDED events. */
  readonly initialEvents: boolean;
  /** End the initial events with a bookmark that says so. */
  readonly markInitialEventsEnd: boolean;
  readonly bookmarks: boolean;
  /** Milliseconds after which the watch completes. */
  readonly timeout: number;
}

/** Upstream's period of bookmarks, and how long before the end of a watch the last one comes. */
const BOOKMARK_PERIOD = 60_000;
const BOOKMARK_BEFORE_END = 2_000;

/** The events of one watch. Subscribing starts it; it never errors: what goes wrong is an ERROR event, the last one. */
export function watchStream(
  components: { readonly caches: StoreCache; readonly clock: Clock },
  definition: ResourceDefinition,
  selection: Selection,
  options: WatchStreamOptions,
): Observable<WatchEvent> {
  return new Observable((subscriber) => {
    const cache = components.caches.cache(definition.storageResource);
    const watcher = new Watcher(components, cache, definition, selection, options, subscriber);
    try {
      watcher.start();
    } catch (error) {
      watcher.fail(error);
    }
    return () => watcher.stop();
  });
}

class Watcher {
  readonly #components: { readonly caches: StoreCache; readonly clock: Clock };
  readonly #cache: ResourceCache;
  readonly #definition: ResourceDefinition;
  readonly #selection: Selection;
  readonly #options: WatchStreamOptions;
  readonly #subscriber: Subscriber<WatchEvent>;
  readonly #deadline: number;
  #unlisten: (() => void) | undefined;
  #timer: Timer | undefined;

  constructor(
    components: { readonly caches: StoreCache; readonly clock: Clock },
    cache: ResourceCache,
    definition: ResourceDefinition,
    selection: Selection,
    options: WatchStreamOptions,
    subscriber: Subscriber<WatchEvent>,
  ) {
    this.#components = components;
    this.#cache = cache;
    this.#definition = definition;
    this.#selection = selection;
    this.#options = options;
    this.#subscriber = subscriber;
    this.#deadline = components.clock.now() + options.timeout;
  }

  start(): void {
    const { from, initialEvents } = this.#options;
    if (initialEvents || from === undefined) this.#replayState(initialEvents);
    else if (!this.#replayHistory(from)) return;
    if (this.#subscriber.closed) return;
    const floor = from ?? 0;
    this.#unlisten = this.#cache.listen(
      (change) => {
        if (change.revision > floor) this.#deliver(change);
      },
      this.#selection.trigger,
      (error) => this.fail(error),
    );
    this.#arm();
  }

  /** Ends the watch with an ERROR event: its client lists again. */
  fail(error: unknown): void {
    this.#subscriber.next({ type: "ERROR", object: statusErrorOf(error).status as unknown as KubernetesObject });
    this.#subscriber.complete();
  }

  stop(): void {
    this.#unlisten?.();
    this.#timer?.cancel();
  }

  #replayState(initialEvents: boolean): void {
    if (!initialEvents) return;
    const { namespace } = this.#selection;
    const entries = namespace === "" ? this.#cache.list() : this.#cache.inNamespace(namespace);
    for (const entry of entries)
      if (this.#selection.everything || this.#selection.matchesEntry(entry))
        this.#subscriber.next({ type: "ADDED", object: servedObject(entry, this.#definition) });
    if (this.#options.markInitialEventsEnd) this.#subscriber.next(this.#bookmark(true));
  }

  #replayHistory(from: number): boolean {
    const changes = this.#cache.since(from);
    if (changes === undefined) {
      const { status } = expired(`too old resource version: ${from} (${this.#cache.historyStart})`);
      this.#subscriber.next({ type: "ERROR", object: status as unknown as KubernetesObject });
      this.#subscriber.complete();
      return false;
    }
    for (const change of changes) this.#deliver(change);
    return true;
  }

  #deliver(change: CacheChange): void {
    const event = selectEvent(change, this.#definition, this.#selection);
    if (event !== undefined) this.#subscriber.next(event);
  }

  /** One timer serves both the bookmarks and the end. */
  #arm(): void {
    const { clock } = this.#components;
    const left = this.#deadline - clock.now();
    if (left <= 0) {
      this.#subscriber.complete();
      return;
    }
    const last = left - BOOKMARK_BEFORE_END;
    const bookmark = this.#options.bookmarks && last > 0;
    this.#timer = clock.setTimeout(
      () => {
        if (bookmark) this.#subscriber.next(this.#bookmark(false));
        this.#arm();
      },
      bookmark ? Math.min(BOOKMARK_PERIOD, last) : left,
    );
  }

  #bookmark(initialEventsEnd: boolean): WatchEvent {
    const { kind, group, version } = this.#definition;
    // A client that comes from a server which is ahead of this one is not sent back.
    const resourceVersion = String(Math.max(this.#components.caches.revision, this.#options.from ?? 0));
    const annotations = initialEventsEnd ? { annotations: { "k8s.io/initial-events-end": "true" } } : {};
    const apiVersion = group === "" ? version : `${group}/${version}`;
    return { type: "BOOKMARK", object: { kind, apiVersion, metadata: { resourceVersion, ...annotations } } };
  }
}

/**
 * What a change means to a watch with a selection. An object that leaves it is DELETED with its old state, one that
 * enters it is ADDED.
 */
function selectEvent(
  change: CacheChange,
  definition: ResourceDefinition,
  selection: Selection,
): WatchEvent | undefined {
  if (selection.namespace !== "" && selection.namespace !== change.namespace) return undefined;
  if (selection.everything) return sharedEvent(change, definition, change.current === undefined);
  const current = change.current !== undefined && selection.matchesEntry(change.current);
  const previous = change.previous !== undefined && selection.matchesEntry(change.previous);
  if (current) {
    if (previous || change.previous === undefined) return sharedEvent(change, definition, false);
    return { type: "ADDED", object: servedObject(change.current!, definition) };
  }
  return previous ? sharedEvent(change, definition, true) : undefined;
}

const changes = new WeakMap<WatchEvent, CacheChange>();

/** The change that an event of a watch without selection tells; undefined for what was there when the watch began. */
export function changeOf(event: WatchEvent): CacheChange | undefined {
  return changes.get(event);
}

/** For each change, what it is to a definition: an object that is there, or one that is not any more. */
const sharedEvents = new WeakMap<CacheChange, Record<"present" | "gone", Map<ResourceDefinition, WatchEvent>>>();

/** One event instance for all watchers of a change, so that it is encoded once. */
function sharedEvent(change: CacheChange, definition: ResourceDefinition, deleted: boolean): WatchEvent | undefined {
  let shared = sharedEvents.get(change);
  if (shared === undefined) {
    shared = { present: new Map(), gone: new Map() };
    sharedEvents.set(change, shared);
  }
  const events = deleted ? shared.gone : shared.present;
  let event = events.get(definition);
  if (event === undefined) {
    event = makeEvent(change, definition, deleted);
    if (event !== undefined) {
      events.set(definition, event);
      changes.set(event, change);
    }
  }
  return event;
}

function makeEvent(change: CacheChange, definition: ResourceDefinition, deleted: boolean): WatchEvent | undefined {
  if (!deleted) {
    const type = change.previous === undefined ? "ADDED" : "MODIFIED";
    return Object.freeze({ type, object: servedObject(change.current!, definition) });
  }
  if (change.previous === undefined) return undefined;
  const last = change.previous.value.at(change.revision);
  return Object.freeze({ type: "DELETED", object: toVersion(last, definition) });
}

const encoder = new TextEncoder();
const lines = new WeakMap<WatchEvent, Uint8Array>();

/** An event as one JSON line, made from the object's stored bytes, once for all who watch it. */
export function encodeEvent(event: WatchEvent): Uint8Array {
  const known = lines.get(event);
  if (known !== undefined) return known;
  const line = encoder.encode(`{"type":"${event.type}","object":${textOf(event.object)}}\n`);
  lines.set(event, line);
  return line;
}
