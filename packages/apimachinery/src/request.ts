import type { Observable } from "rxjs";
import type { KubernetesObject, WatchEvent } from "./object.ts";

/** Who asks, after authentication (authentication/v1 UserInfo). */
export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** The subject of a verified client certificate. */
export interface PeerCertificate {
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** `sha256` fingerprint, hex. */
  readonly fingerprint?: string;
}

/**
 * A request to an API server, free of any transport. `body` is either bytes off the wire (decoded by `content-type`)
 * or an object of the same process, which the server takes over: the caller must not change it afterwards.
 */
export interface ApiRequest {
  /** `GET`, `POST`, `PUT`, `PATCH`, `DELETE`, `HEAD`, `OPTIONS`. */
  readonly method: string;
  /** The path as sent, percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: { readonly bytes: Uint8Array } | { readonly object: unknown };
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
  /** The client's address, for audit. */
  readonly remoteAddress?: string;
  /** The client's certificate when the adapter verified one against the cluster's CA. */
  readonly certificate?: PeerCertificate;
  /** Present in process only: an identity that the composition vouches for, so no credential is needed. */
  readonly user?: UserInfo;
  /** Present when the client asked for a protocol upgrade (exec, attach, port-forward): see {@link UpgradeBody}. */
  readonly upgrade?: { readonly protocol: string };
}

/** The answer. `headers` are lower-case. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ApiBody;
}

export type ApiBody = EmptyBody | ObjectBody | BytesBody | WatchBody | StreamBody | UpgradeBody;

export interface EmptyBody {
  readonly type: "empty";
}

/** An object. In process it is taken as it is (frozen, shared); an adapter sends `bytes()`, encoded at most once. */
export interface ObjectBody {
  readonly type: "object";
  readonly object: unknown;
  bytes(): Uint8Array;
  /** The same as text (UTF-8 when sent), where that is how it is kept: an adapter may send it without encoding it first. */
  text?(): string;
  /** The same bytes piece by piece, for what is long: an adapter lets others have a turn between them. */
  chunks?(): Iterable<Uint8Array>;
}

/** Bytes that stand for no object: OpenAPI documents, metrics, text. */
export interface BytesBody {
  readonly type: "bytes";
  readonly bytes: Uint8Array;
}

/**
 * A watch. Subscribing starts it, unsubscribing ends it; it completes when the server ends the watch (its timeout), and
 * errors never: a failure is an `ERROR` event followed by completion.
 */
export interface WatchBody {
  readonly type: "watch";
  readonly events: Observable<WatchEvent<KubernetesObject>>;
  /** The event as a line of the wire format asked for (newline included), encoded once for all watchers. */
  encode(event: WatchEvent<KubernetesObject>): Uint8Array;
}

/** Chunks as they come, such as followed logs. */
export interface StreamBody {
  readonly type: "stream";
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** The server agrees to an upgrade; the adapter hands over the raw connection. */
export interface UpgradeBody {
  readonly type: "upgrade";
  /** Adapter-specific: the HTTP adapter passes `{ request, socket, head }` of Node. */
  handle(connection: unknown): void;
}

/** An authorized request for a resource of an API group that a component answers itself. */
export interface GroupRequest {
  readonly request: ApiRequest;
  readonly user: UserInfo;
  /** `get`, `list`, `create`, ... */
  readonly verb: string;
  readonly version: string;
  /** "" for cluster-scoped requests and for all namespaces. */
  readonly namespace: string;
  readonly resource: string;
  /** "" for collections. */
  readonly name: string;
}

/** Answers the requests of one API group; what it throws (`StatusError`) becomes the answer. */
export type GroupHandler = (request: GroupRequest) => Promise<ApiResponse>;

/** An API server: a function from request to response. Never rejects; failures are responses with a Status. */
export type ApiHandler = (request: ApiRequest) => Promise<ApiResponse>;
