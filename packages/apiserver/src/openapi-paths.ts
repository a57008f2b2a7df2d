import {
  encodeOpenApiV2,
  loadDescriptions,
  OPENAPI_V2_PROTOBUF_ACCEPT,
  OPENAPI_V2_PROTOBUF_CONTENT_TYPE,
  openApiV2Document,
  openApiV3Document,
  openApiV3Key,
  openApiV3Keys,
} from "@pinnace/api";
import { type ApiResponse, StatusError } from "@pinnace/apimachinery";
import type { Extension } from "./aggregation/extensions.ts";
import { isAvailable } from "./aggregation/proxy-extension.ts";
import { isCustom } from "./custom.ts";
import type { DefinitionRegistry } from "./definition-registry.ts";
import { digest } from "./discovery/paths.ts";
import { JSON_OUTPUT } from "./media/negotiation.ts";
import { objectResponse, textResponse } from "./media/responses.ts";
import type { Paths } from "./paths.ts";
import type { RequestContext } from "./request-context.ts";

interface Document {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

const encoder = new TextEncoder();

/** Adds `/openapi/v2` (JSON and protobuf) and `/openapi/v3` with its documents. Each is made when first asked for. */
export function addOpenApiPaths(
  paths: Paths,
  registry: DefinitionRegistry,
  gitVersion: string,
  extensions: () => readonly Extension[],
): void {
  const documents = new Documents(registry, gitVersion);
  paths.add("/openapi/v2", (context) => v2(context, documents));
  paths.add("/openapi/v3", () => index(documents, extensions()));
  paths.add("/openapi/v3/", (context) => v3(context, documents));
}

/** Documents of one generation of the registry. */
class Documents {
  readonly #registry: DefinitionRegistry;
  readonly #gitVersion: string;
  readonly #kept = new Map<string, Promise<Document | undefined>>();
  #generation = -1;

  constructor(registry: DefinitionRegistry, gitVersion: string) {
    this.#registry = registry;
    this.#gitVersion = gitVersion;
  }

  keys(): readonly string[] {
    return openApiV3Keys(this.#registry.all());
  }

  /** Names a document without making it: built-in ones change with the program only, custom ones with their schemas. */
  async tag(key: string): Promise<string> {
    const custom = this.#registry.all().filter((each) => isCustom(each) && key === openApiV3Key(each));
    const text = custom.map(({ resource, verbs, schema }) => JSON.stringify([resource, verbs, schema]));
    return digest(encoder.encode([this.#gitVersion, key, ...text].join("\n")));
  }

  v3(key: string): Promise<Document | undefined> {
    return this.#keep(`v3/${key}`, async () => {
      const document = openApiV3Document(key, this.#registry.all(), await loadDescriptions());
      if (document === undefined) return undefined;
      return { bytes: encoder.encode(JSON.stringify(document)), etag: await this.tag(key) };
    });
  }

  v2(protobuf: boolean): Promise<Document | undefined> {
    return this.#keep(protobuf ? "v2.pb" : "v2", async () => {
      const document = openApiV2Document(this.#registry.all(), await loadDescriptions());
      const bytes = protobuf ? encodeOpenApiV2(document) : encoder.encode(JSON.stringify(document));
      return { bytes, etag: await digest(bytes) };
    });
  }

  #keep(key: string, make: () => Promise<Document | undefined>): Promise<Document | undefined> {
    if (this.#generation !== this.#registry.generation) {
      this.#kept.clear();
      this.#generation = this.#registry.generation;
    }
    let kept = this.#kept.get(key);
    if (kept === undefined) {
      kept = make();
      this.#kept.set(key, kept);
    }
    return kept;
  }
}

async function v2(context: RequestContext, documents: Documents): Promise<ApiResponse> {
  const accept = context.request.headers.accept ?? "";
  const protobuf =
    accept.includes(OPENAPI_V2_PROTOBUF_ACCEPT) || accept.includes("proto-openapi.spec.v2.v1.0+protobuf");
  const document = await documents.v2(protobuf);
  return respond(context, document, protobuf ? OPENAPI_V2_PROTOBUF_CONTENT_TYPE : "application/json");
}

/** The list of documents. Their URLs carry a hash, so that clients may keep them for ever. */
async function index(documents: Documents, extensions: readonly Extension[]): Promise<ApiResponse> {
  const entries = await Promise.all(
    documents.keys().map(async (key) => {
      const hash = await documents.tag(key);
      return [key, { serverRelativeURL: `/openapi/v3/${key}?hash=${hash}` }] as const;
    }),
  );
  const others = extensions
    .filter(({ apiService }) => isAvailable(apiService))
    .map(({ group, version }) => `apis/${group}/${version}`)
    .map((key) => [key, { serverRelativeURL: `/openapi/v3/${key}` }] as const);
  return objectResponse(200, { paths: Object.fromEntries([...entries, ...others]) }, JSON_OUTPUT);
}

async function v3(context: RequestContext, documents: Documents): Promise<ApiResponse> {
  const key = context.info.path.slice("/openapi/v3/".length);
  const asked = context.request.query.get("hash");
  const document = await documents.v3(key);
  if (document === undefined) return textResponse(404, "404 page not found\n");
  const response = respond(context, document, "application/json");
  if (asked !== document.etag) return response;
  return { ...response, headers: { ...response.headers, "cache-control": "public, immutable" } };
}

function respond(context: RequestContext, document: Document | undefined, contentType: string): ApiResponse {
  if (document === undefined)
    throw new StatusError(404, "NotFound", "the server could not find the requested resource", {});
  const etag = `"${document.etag}"`;
  const headers = { "content-type": contentType, etag, vary: "Accept" };
  if (context.request.headers["if-none-match"] === etag) return { status: 304, headers, body: { type: "empty" } };
  return { status: 200, headers, body: { type: "bytes", bytes: document.bytes } };
}
