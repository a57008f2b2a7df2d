import type { KubernetesList, KubernetesObject, ResourceType, UserInfo, WatchEvent } from "@pinnace/apimachinery";
import type { Observable } from "rxjs";

/** The DI token of the {@link Client}. */
export const CLIENT: unique symbol = Symbol.for("pinnace.client") as never;

/** Typed verbs over a transport. Every method rejects with `StatusError` when the API refuses. */
export interface Client {
  /** The verbs of one resource, over all namespaces until {@link ResourceClient.namespace} narrows it. */
  resource<T extends KubernetesObject>(type: ResourceType<T>): ResourceClient<T>;
  /** A raw request, for discovery, logs and the like; rejects with `StatusError` for a status ≥ 400. */
  raw(request: RawRequest): Promise<RawResponse>;
}

export interface RawRequest {
  readonly method?: string;
  /** Path with query: `/api/v1/namespaces/default/pods/p/log?follow=true`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The decoded JSON object; undefined when the answer is not JSON. */
  readonly object: unknown;
  bytes(): Promise<Uint8Array>;
  /** The body as it arrives. */
  chunks(): AsyncIterable<Uint8Array>;
}

export interface Selector {
  /** `app=web,tier!=cache`. */
  readonly labelSelector?: string;
  /** `spec.nodeName=sim-0`. */
  readonly fieldSelector?: string;
}

export interface ListOptions extends Selector {
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: "Exact" | "NotOlderThan";
}

export interface WatchOptions extends Selector {
  readonly resourceVersion?: string;
  readonly allowWatchBookmarks?: boolean;
  readonly sendInitialEvents?: boolean;
  /** Seconds after which the server ends the watch. */
  readonly timeoutSeconds?: number;
}

export interface WriteOptions {
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  readonly fieldValidation?: "Strict" | "Warn" | "Ignore";
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: "Orphan" | "Background" | "Foreground";
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
}

export type PatchType = "json" | "merge" | "strategic" | "apply";

/** A patch and how it is to be read: `application/json-patch+json`, `merge-patch+json`, `strategic-merge-patch+json`, `apply-patch+yaml`. */
export interface Patch {
  readonly type: PatchType;
  readonly body: unknown;
}

export interface ResourceClient<T extends KubernetesObject> {
  /** The same verbs within one namespace. Namespaced objects can only be read and written there. */
  namespace(name: string): ResourceClient<T>;
  get(name: string): Promise<T>;
  list(options?: ListOptions): Promise<KubernetesList<T>>;
  /** A single watch: completes when the server ends it, errors with `StatusError` for an ERROR event or a refusal. */
  watch(options?: WatchOptions): Observable<WatchEvent<T>>;
  create(object: T, options?: WriteOptions): Promise<T>;
  /** PUT of the whole object; `metadata.resourceVersion` makes it conditional (409 `Conflict`). */
  update(object: T, options?: WriteOptions): Promise<T>;
  /** PUT of the `status` subresource. */
  updateStatus(object: T, options?: WriteOptions): Promise<T>;
  /** `subresource` such as `status` or `scale`; `force` is for apply. */
  patch(
    name: string,
    patch: Patch,
    options?: WriteOptions & { readonly subresource?: string; readonly force?: boolean },
  ): Promise<T>;
  /**
   * Resolves with the object when the server answers with it (its deletion has only begun: finalizers, grace period;
   * pods always), and with undefined when the server answers that it is gone.
   */
  delete(name: string, options?: DeleteOptions): Promise<T | undefined>;
  deleteCollection(options?: DeleteOptions & Selector): Promise<void>;
  /** GET, POST or PUT of any subresource: `binding`, `eviction`, `token`, `scale`, `finalize`. */
  subresource<R = KubernetesObject>(
    name: string,
    subresource: string,
    request: { readonly method: "GET" | "POST" | "PUT"; readonly body?: unknown },
  ): Promise<R>;
}

/** The DI token of the {@link ClientFactory}. */
export const CLIENT_FACTORY: unique symbol = Symbol.for("pinnace.client.factory") as never;

/** As whom a component of the process speaks to the API server, and under which name (field manager, user agent). */
export interface ClientIdentity {
  /** The program's name as upstream has it: `kube-controller-manager`, `kube-scheduler`, `kubelet`. It becomes the default field manager. */
  readonly program: string;
  /** Absent: the transport's own credentials (HTTPS). Present: an identity that the composition vouches for (in process). */
  readonly user?: UserInfo;
}

/** Makes clients that share one transport and differ in identity. */
export interface ClientFactory {
  client(identity: ClientIdentity): Client;
}
