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
import type { Output } from "./negotiation.ts";
import { partialMetadata, partialMetadataList, wrongPartialKind } from "./partial-metadata.ts";
import { tableOf } from "./table.ts";
import { encodeYaml } from "./yaml.ts";

const encoder = new TextEncoder();

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
  const list: KubernetesList<KubernetesObject> = {
    kind: `${definition.kind}List`,
    apiVersion: apiVersionOf(definition),
    metadata,
    items,
  };
  if (output.as === "PartialObjectMetadata") throw wrongPartialKind(output.as, `${definition.kind}List`, true);
  if (output.as === "PartialObjectMetadataList")
    return objectResponse(200, partialMetadataList(list, output.metaVersion), output);
  if (output.as === "Table")
    return objectResponse(
      200,
      tableOf(definition, items, metadata, { ...context, metaVersion: output.metaVersion }),
      output,
    );
  if (output.mediaType === "application/yaml" || output.pretty)
    return {
      ...objectResponse(200, withoutItemKinds(list, definition), output),
      body: listBody(list, definition, output),
    };
  return objectResponse(200, list, output, () => encodeList(list, definition));
}

/** In process the list keeps its frozen items; only what is sent drops the items' kinds. */
function listBody(list: KubernetesList<KubernetesObject>, definition: ResourceDefinition, output: Output): ObjectBody {
  return {
    type: "object",
    object: list,
    bytes: () => encodeAs(withoutItemKinds(list, definition), output, encodeObject),
  };
}

/** Custom resources keep `kind` and `apiVersion` in list items; generated types upstream drop them. */
function withoutItemKinds(list: KubernetesList<KubernetesObject>, definition: ResourceDefinition): object {
  if (isCustom(definition)) return list;
  return { ...list, items: list.items.map(({ kind: _, apiVersion: __, ...item }) => item) };
}

const COMMA = 44;

/** The stored bytes of all items, one after the other. */
function encodeList(list: KubernetesList<KubernetesObject>, definition: ResourceDefinition): Uint8Array {
  const head = encoder.encode(
    `{"kind":${JSON.stringify(list.kind)},"apiVersion":${JSON.stringify(list.apiVersion)},"metadata":${JSON.stringify(list.metadata)},"items":[`,
  );
  const whole = isCustom(definition);
  const parts = list.items.map((item) => (whole ? encodeObject(item) : encodeItemTail(item)));
  let size = head.length + 2;
  for (const part of parts) size += part.length + (whole ? 1 : 2);
  const result = new Uint8Array(size);
  result.set(head);
  let at = head.length;
  for (const [index, part] of parts.entries()) {
    if (index > 0) result[at++] = COMMA;
    if (!whole) result[at++] = 123;
    result.set(part, at);
    at += part.length;
  }
  result[at++] = 93;
  result[at++] = 125;
  return result.subarray(0, at);
}
