import type {
  ApiResponse,
  KubernetesList,
  KubernetesObject,
  ObjectBody,
  ResourceDefinition,
} from "@pinnace/apimachinery";
import { apiVersionOf } from "@pinnace/apimachinery";
import { isCustom } from "../custom.ts";
import { textOf } from "../storage/object-value.ts";
import type { CacheEntry } from "../storage/resource-cache.ts";
import { servedObject, servedText, writeItem } from "../storage/served.ts";
import { listingBody } from "./listing.ts";
import type { Output } from "./negotiation.ts";
import { partialMetadata, wrongPartialKind } from "./partial-metadata.ts";
import { rowOf, tableHead, tableOf } from "./table.ts";
import { encodeYaml } from "./yaml/encode-yaml.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What turning an object into an answer needs beside the object. */
export interface ResponseContext {
  readonly output: Output;
  readonly includeObject: "Metadata" | "Object" | "None";
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** An answer with any object, in the negotiated media type. */
export function objectResponse(status: number, object: object, output: Output): ApiResponse {
  return textualResponse(
    status,
    output,
    () => object,
    () => textAs(object, output),
  );
}

/** An answer whose object and text are made when they are asked for. */
function textualResponse(status: number, output: Output, object: () => object, text: () => string): ApiResponse {
  const body: ObjectBody = {
    type: "object",
    get object() {
      return object();
    },
    text,
    bytes: () => encoder.encode(text()),
  };
  return { status, headers: { "content-type": output.mediaType }, body };
}

function textAs(object: object, output: Output): string {
  if (output.mediaType === "application/yaml") return encodeYaml(object);
  return output.pretty ? `${JSON.stringify(object, undefined, 2)}\n` : textOf(object);
}

/** A plain text answer, as health checks and unknown paths give. */
export function textResponse(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): ApiResponse {
  return {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff", ...headers },
    body: { type: "bytes", bytes: encoder.encode(text) },
  };
}

/** An answer with one object of a resource: itself, as a table or as metadata only. */
export function resourceResponse(
  status: number,
  definition: ResourceDefinition,
  object: KubernetesObject,
  context: ResponseContext,
): ApiResponse {
  const { output } = context;
  if (output.as === undefined || object.kind === "Status") return objectResponse(status, object, output);
  return objectResponse(status, transformObject(definition, object, context), output);
}

function transformObject(definition: ResourceDefinition, object: KubernetesObject, context: ResponseContext): object {
  const { as, metaVersion } = context.output;
  if (as === "PartialObjectMetadataList") throw wrongPartialKind(as, definition.kind, false);
  if (as === "PartialObjectMetadata") return partialMetadata(object, metaVersion);
  const metadata = { resourceVersion: object.metadata?.resourceVersion ?? "" };
  return tableOf(definition, [object], metadata, { ...context, metaVersion });
}

/** An answer with one entry of the cache, which is decoded only when somebody looks at the object. */
export function entryResponse(
  definition: ResourceDefinition,
  entry: CacheEntry,
  context: ResponseContext,
): ApiResponse {
  const { output } = context;
  if (output.as !== undefined || output.pretty || output.mediaType !== "application/json")
    return resourceResponse(200, definition, servedObject(entry, definition), context);
  return textualResponse(
    200,
    output,
    () => servedObject(entry, definition),
    () => servedText(entry, definition),
  );
}

/** What a list is made of: objects, or entries of the cache that become objects when that is needed. */
interface Items<Item> {
  readonly items: readonly Item[];
  object(item: Item): KubernetesObject;
  /** Writes the item as one of a list. */
  write(item: Item, write: (text: string) => void): void;
}

/** An answer with a list of a resource. Items of built-in kinds carry no kind of their own on the wire. */
export function listResponse(
  definition: ResourceDefinition,
  items: readonly KubernetesObject[],
  metadata: NonNullable<KubernetesList<never>["metadata"]>,
  context: ResponseContext,
): ApiResponse {
  const write = (item: KubernetesObject, out: (text: string) => void): void =>
    out(isCustom(definition) ? textOf(item) : JSON.stringify(withoutKind(item)));
  return itemsResponse(definition, { items, object: same, write }, metadata, context);
}

/** {@link listResponse} with entries of the cache: what is stored is sent as it is, and decoded only when it must be. */
export function entriesResponse(
  definition: ResourceDefinition,
  entries: readonly CacheEntry[],
  metadata: NonNullable<KubernetesList<never>["metadata"]>,
  context: ResponseContext,
): ApiResponse {
  const items: Items<CacheEntry> = {
    items: entries,
    object: (entry) => servedObject(entry, definition),
    write: (entry, write) => writeItem(entry, definition, write),
  };
  return itemsResponse(definition, items, metadata, context);
}

function itemsResponse<Item>(
  definition: ResourceDefinition,
  items: Items<Item>,
  metadata: NonNullable<KubernetesList<never>["metadata"]>,
  context: ResponseContext,
): ApiResponse {
  const { mediaType } = context.output;
  const body = bodyOfList(definition, items, metadata, context);
  const headers = { "content-type": mediaType };
  if (mediaType !== "application/yaml") return { status: 200, headers, body };
  const bytes = (): Uint8Array => encoder.encode(encodeYaml(JSON.parse(decoder.decode(body.bytes()))));
  return { status: 200, headers, body: { type: "object", object: body.object, bytes } };
}

function bodyOfList<Item>(
  definition: ResourceDefinition,
  { items, object, write }: Items<Item>,
  metadata: NonNullable<KubernetesList<never>["metadata"]>,
  context: ResponseContext,
): ObjectBody {
  const { as, metaVersion } = context.output;
  const pretty = context.output.pretty && context.output.mediaType === "application/json";
  const made = (head: object, member: string, make: (item: KubernetesObject) => object): ObjectBody => {
    const present = (item: Item): object => make(object(item));
    const encode = (item: Item, out: (text: string) => void): void => out(JSON.stringify(present(item)));
    return listingBody({ head, member, items, pretty, present, print: present, encode });
  };
  if (as === "PartialObjectMetadata") throw wrongPartialKind(as, `${definition.kind}List`, true);
  if (as === "PartialObjectMetadataList") {
    const head = { kind: as, apiVersion: `meta.k8s.io/${metaVersion}`, metadata };
    return made(head, "items", (item) => partialMetadata(item, metaVersion));
  }
  if (as === "Table") {
    const options = { ...context, metaVersion };
    return made(tableHead(definition, metadata, options), "rows", (item) => rowOf(definition, item, options));
  }
  const shown = isCustom(definition) ? { continue: "", ...metadata } : metadata;
  const head = { kind: `${definition.kind}List`, apiVersion: apiVersionOf(definition), metadata: shown };
  // Custom resources keep `kind` and `apiVersion` in list items, and an empty `continue` in the list; generated types
  // upstream drop them.
  const print = (item: Item): object => (isCustom(definition) ? object(item) : withoutKind(object(item)));
  return listingBody({ head, member: "items", items, pretty, present: object, print, encode: write });
}

const same = <T>(value: T): T => value;

function withoutKind({ kind: _, apiVersion: __, ...item }: KubernetesObject): object {
  return item;
}
