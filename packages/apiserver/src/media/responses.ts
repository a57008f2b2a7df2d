import type {
  ApiResponse,
  KubernetesList,
  KubernetesObject,
  ObjectBody,
  ResourceDefinition,
} from "@pinnace/apimachinery";
import { apiVersionOf } from "@pinnace/apimachinery";
import { isCustom } from "../custom.ts";
import { encodeItemTail, encodeObject } from "../storage/object-value.ts";
import { listingBody } from "./listing.ts";
import type { Output } from "./negotiation.ts";
import { partialMetadata, wrongPartialKind } from "./partial-metadata.ts";
import { rowOf, tableHead, tableOf } from "./table.ts";
import { encodeYaml } from "./yaml.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What turning an object into an answer needs beside the object. */
export interface ResponseContext {
  readonly output: Output;
  readonly includeObject: "Metadata" | "Object" | "None";
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** An answer with any object, in the negotiated media type. `encode` overrides how its JSON is made. */
export function objectResponse(
  status: number,
  object: object,
  output: Output,
  encode: (object: object) => Uint8Array = encodeObject,
): ApiResponse {
  const body: ObjectBody = { type: "object", object, bytes: () => encodeAs(object, output, encode) };
  return { status, headers: { "content-type": output.mediaType }, body };
}

function encodeAs(object: object, output: Output, encode: (object: object) => Uint8Array): Uint8Array {
  if (output.mediaType === "application/yaml") return encoder.encode(encodeYaml(object));
  if (output.pretty) return encoder.encode(`${JSON.stringify(object, undefined, 2)}\n`);
  return encode(object);
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

/** An answer with a list of a resource. Items of built-in kinds carry no kind of their own on the wire. */
export function listResponse(
  definition: ResourceDefinition,
  items: readonly KubernetesObject[],
  metadata: NonNullable<KubernetesList<never>["metadata"]>,
  context: ResponseContext,
): ApiResponse {
  const { output } = context;
  const body = bodyOfList(definition, items, metadata, context);
  if (output.mediaType !== "application/yaml") return { ...objectResponse(200, body, output), body };
  const bytes = (): Uint8Array => encoder.encode(encodeYaml(JSON.parse(decoder.decode(body.bytes()))));
  return { ...objectResponse(200, body, output), body: { type: "object", object: body.object, bytes } };
}

function bodyOfList(
  definition: ResourceDefinition,
  items: readonly KubernetesObject[],
  metadata: NonNullable<KubernetesList<never>["metadata"]>,
  context: ResponseContext,
): ObjectBody {
  const { as, metaVersion } = context.output;
  const pretty = context.output.pretty && context.output.mediaType === "application/json";
  const made = <Item>(head: object, member: string, list: readonly Item[], make: (item: Item) => object): ObjectBody =>
    listingBody({
      head,
      member,
      items: list,
      pretty,
      present: make,
      print: make,
      encode: (each) => [json(make(each))],
    });
  if (as === "PartialObjectMetadata") throw wrongPartialKind(as, `${definition.kind}List`, true);
  if (as === "PartialObjectMetadataList") {
    const head = { kind: as, apiVersion: `meta.k8s.io/${metaVersion}`, metadata };
    return made(head, "items", items, (item) => partialMetadata(item, metaVersion));
  }
  if (as === "Table") {
    const options = { ...context, metaVersion };
    return made(tableHead(definition, metadata, options), "rows", items, (item) => rowOf(definition, item, options));
  }
  const shown = isCustom(definition) ? { continue: "", ...metadata } : metadata;
  const head = { kind: `${definition.kind}List`, apiVersion: apiVersionOf(definition), metadata: shown };
  return listingBody({ head, member: "items", items, pretty, present: same, ...itemForms(definition) });
}

const same = <T>(value: T): T => value;
const json = (object: object): Uint8Array => encoder.encode(JSON.stringify(object));
const BRACE = Uint8Array.of(123);

/**
 * Custom resources keep `kind` and `apiVersion` in list items, and an empty `continue` in the list; generated types
 * upstream drop them.
 */
function itemForms(definition: ResourceDefinition): {
  encode(item: KubernetesObject): readonly Uint8Array[];
  print(item: KubernetesObject): object;
} {
  if (isCustom(definition)) return { encode: (item) => [encodeObject(item)], print: same };
  return {
    encode: (item) => [BRACE, encodeItemTail(item)],
    print: ({ kind: _, apiVersion: __, ...item }) => item,
  };
}
