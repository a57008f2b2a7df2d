import type { ApiResponse } from "@pinnace/apimachinery";
import { noSuchResource, StatusError } from "@pinnace/apimachinery";
import { checkAcceptable, negotiate } from "../media/negotiation.ts";
import { objectResponse, textResponse } from "../media/responses.ts";
import type { Paths } from "../paths.ts";
import type { RequestContext } from "../request-context.ts";
import { aggregatedDiscovery } from "./aggregated.ts";
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from "./legacy.ts";
import type { ServedApis } from "./served-apis.ts";

const AGGREGATED = /application\/json;[^,]*as=APIGroupDiscoveryList/;

/** Adds `/api`, `/apis` and everything of discovery below them. `address` is where clients reach the server. */
export function addDiscoveryPaths(paths: Paths, served: ServedApis, address: string): void {
  const { registry } = served;
  const cache = new DocumentCache(served);
  const document = (make: () => object) => (context: RequestContext) => {
    checkMethod(context);
    return cached(context, cache, `${context.info.path}`, make);
  };
  const root = (core: boolean, legacy: () => object) => (context: RequestContext) => {
    checkMethod(context);
    const version = aggregatedVersion(context.request.headers.accept);
    if (version === undefined) return cached(context, cache, context.info.path, legacy);
    return aggregated(context, cache, version, () => aggregatedDiscovery(served, core, version));
  };
  paths.add(
    "/api",
    root(true, () => apiVersions(registry, address)),
  );
  paths.add(
    "/apis",
    root(false, () => apiGroupList(served)),
  );
  paths.add("/api/", (context) => groupVersion(context, served, document));
  paths.add("/apis/", (context) => groupVersion(context, served, document));
}

function checkMethod({ request }: RequestContext): void {
  if (request.method === "GET" || request.method === "HEAD") return;
  throw new StatusError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});
}

function groupVersion(
  context: RequestContext,
  served: ServedApis,
  document: (make: () => object) => (context: RequestContext) => ApiResponse | Promise<ApiResponse>,
): ApiResponse | Promise<ApiResponse> {
  const parts = context.info.path.replace(/^\/|\/$/g, "").split("/");
  const core = parts[0] === "api";
  const group = core ? "" : parts[1]!;
  const version = core ? parts[1] : parts[2];
  const { registry } = served;
  const versions = served.versionsOf(group);
  if (versions.length === 0) return textResponse(404, "404 page not found\n");
  if (version === undefined) return document(() => apiGroup({ group, versions }))(context);
  if (!versions.includes(version)) throw noSuchResource();
  return document(() => apiResourceList(registry, group, version))(context);
}

/** `v2` or `v2beta1` when the client's best accepted form is the aggregated one. Throws 406 when nothing else is accepted. */
function aggregatedVersion(accept: string | undefined): "v2" | "v2beta1" | undefined {
  if (accept === undefined || !AGGREGATED.test(accept)) return undefined;
  for (const clause of accept.split(",").map((each) => each.trim())) {
    if (!AGGREGATED.test(clause)) {
      if (/^(application\/json|application\/yaml|\*\/\*)/.test(clause)) return undefined;
      continue;
    }
    const version = /;v=([^;]+)/.exec(clause)?.[1];
    if (/;g=apidiscovery\.k8s\.io/.test(clause) && (version === "v2" || version === "v2beta1")) return version;
  }
  throw new StatusError(
    406,
    "NotAcceptable",
    "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/cbor",
  );
}

/** Documents of one generation of what is served, by key. */
class DocumentCache {
  readonly #served: ServedApis;
  readonly #documents = new Map<string, object>();
  #generation = "";

  constructor(served: ServedApis) {
    this.#served = served;
  }

  get(key: string, make: () => object): object {
    if (this.#generation !== this.#served.generation) {
      this.#documents.clear();
      this.#generation = this.#served.generation;
    }
    let document = this.#documents.get(key);
    if (document === undefined) {
      document = Object.freeze(make());
      this.#documents.set(key, document);
    }
    return document;
  }
}

function cached(context: RequestContext, cache: DocumentCache, key: string, make: () => object): ApiResponse {
  const { accept, "user-agent": userAgent } = context.request.headers;
  checkAcceptable(accept, false);
  return objectResponse(200, cache.get(key, make), negotiate(accept, context.request.query, userAgent));
}

async function aggregated(
  context: RequestContext,
  cache: DocumentCache,
  version: string,
  make: () => object,
): Promise<ApiResponse> {
  const contentType = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
  const document = cache.get(`${context.info.path}#${version}`, make);
  const response = objectResponse(200, document, { mediaType: "application/json", metaVersion: "v1", pretty: false });
  const bytes = response.body.type === "object" ? response.body.bytes() : new Uint8Array();
  const etag = `"${await digest(bytes)}"`;
  const headers = { "content-type": contentType, etag, vary: "Accept", "cache-control": "public" };
  if (context.request.headers["if-none-match"] === etag) return { status: 304, headers, body: { type: "empty" } };
  return { ...response, headers };
}

/** SHA-512 in upper-case hex, as upstream names its documents. */
export async function digest(bytes: Uint8Array): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-512", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .toUpperCase();
}
