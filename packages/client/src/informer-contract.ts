import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";
import type { Observable } from "rxjs";
import type { Selector } from "./client.ts";

/**
 * Reads a cache that an informer keeps. Objects are frozen and shared with everybody else in the process; what is read
 * may lag the server. Keys are `namespace/name`, or `name` for cluster-scoped kinds.
 */
export interface Lister<T> {
  get(key: string): T | undefined;
  list(): readonly T[];
  /** Objects of one namespace. */
  inNamespace(namespace: string): readonly T[];
  /** Objects that the index function `name` (see {@link InformerOptions.indexes}) filed under `value`. */
  byIndex(name: string, value: string): readonly T[];
  /** Grows with every change of the cache, for those who keep what they made of it. Undefined where nobody counts. */
  readonly version?: number;
}

/** A change of the cache. `old` is what the cache held before (present for update and delete). */
export type CacheEvent<T> =
  | { readonly type: "add"; readonly object: T; readonly old?: undefined; readonly initial: boolean }
  | { readonly type: "update"; readonly object: T; readonly old: T }
  | { readonly type: "delete"; readonly object: T; readonly old: T };

/**
 * A cache of one resource, kept by list and watch. It reconnects with back-off and jitter and survives 410 (relist), 429
 * (`Retry-After`) and silent connections. The cache changes *before* its event is delivered. Subscribing to `events`
 * replays the cache as `add` events (`initial: true`), then follows. Events are delivered synchronously, in order; a
 * relist yields the differences only. Unsubscribing from one does not stop the informer.
 */
export interface Informer<T extends KubernetesObject> {
  readonly type: ResourceType<T>;
  readonly lister: Lister<T>;
  readonly events: Observable<CacheEvent<T>>;
  /** True once the first list is in the cache. */
  readonly synced: boolean;
  /** Resolves when `synced` becomes true; rejects with the reason when `signal` aborts or the informer stops first. */
  whenSynced(signal?: AbortSignal): Promise<void>;
}

export interface InformerOptions<T> extends Selector {
  readonly namespace?: string;
  /** Index functions by name: the values under which an object is filed. */
  readonly indexes?: Readonly<Record<string, (object: T) => readonly string[]>>;
}

/** Hands out one informer per resource (and options), shared by everybody in the process. */
export interface InformerFactory {
  /** The shared informer; the first call for it starts it. `indexes` of later calls are added. */
  informer<T extends KubernetesObject>(type: ResourceType<T>, options?: InformerOptions<T>): Informer<T>;
  /** Stops all informers; their `events` complete. */
  stop(): void;
}

/** The DI token of the {@link InformerFactory}. */
export const INFORMERS: unique symbol = Symbol.for("pinnace.client.informers") as never;
