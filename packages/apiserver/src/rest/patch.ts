import {
  type ApiResponse,
  apiVersionOf,
  badRequest,
  type Decoded,
  type Draft,
  decodeJson,
  decodeYaml,
  invalid,
  invalidValue,
  jsonPatch,
  type KubernetesObject,
  mergePatch,
  printGo,
  type ResourceDefinition,
  StatusError,
  strategicMergePatch,
  unsupportedMediaType,
} from "@pinnace/apimachinery";
import { messageOf } from "@pinnace/errors";
import { isCustom } from "../custom.ts";
import { contentTypeOf } from "../media/negotiation.ts";
import { resourceResponse } from "../media/responses.ts";
import type { ResourceRequest } from "../request-context.ts";
import { applyChange } from "./apply.ts";
import { complete, decodeTyped } from "./decode.ts";
import { conversionError } from "./go-conversion.ts";
import { asStored, copyKnowing } from "./known-parts.ts";
import { checkObjectName } from "./object-name.ts";
import { type FieldValidation, writeOptions } from "./options.ts";
import { responseContext } from "./read.ts";
import type { RestContext } from "./rest-context.ts";
import { type Change, changeObject } from "./update.ts";

const PATCH_TYPES = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/apply-patch+yaml",
  "application/strategic-merge-patch+json",
];
export const APPLY = "application/apply-patch+yaml";
const STRATEGIC = "application/strategic-merge-patch+json";
/** How often a patch is computed anew when another writer was faster. */
const ATTEMPTS = 5;

export async function patch(rest: RestContext, request: ResourceRequest): Promise<ApiResponse> {
  const { definition } = request;
  const type = patchTypeOf(request);
  const context = responseContext(rest, request);
  const options = writeOptions(request, "PatchOptions");
  const decoded = patchBody(request, type);
  const change =
    type === APPLY
      ? applyChange(rest, request, decoded, options)
      : patchChange(request, definition, decoded, type, options.fieldValidation);
  const result = await changeObject(rest, request, options, change);
  return resourceResponse(result.created ? 201 : 200, definition, result.object, context);
}

/** Throws 415 for a type that no patch has, or that this kind does not support. */
export function patchTypeOf({ request, definition }: ResourceRequest): string {
  const type = contentTypeOf(request.headers["content-type"]);
  const custom = isCustom(definition);
  const supported = custom ? PATCH_TYPES.slice(0, 3) : PATCH_TYPES;
  if (supported.includes(type)) return type;
  if (custom) throw unsupportedMediaType(supported);
  throw new StatusError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {});
}

/** The decoded patch, which nobody changes; throws 400 when it is malformed. */
export function patchBody({ request }: ResourceRequest, type: string): Decoded {
  const { body } = request;
  if (body !== undefined && "object" in body) return { value: body.object, duplicates: [] };
  const bytes = body?.bytes ?? new Uint8Array();
  if (type === APPLY) {
    try {
      return decodeYaml(bytes);
    } catch (error) {
      throw badRequest(`error decoding YAML: error converting YAML to JSON: ${messageOf(error)}`);
    }
  }
  try {
    return decodeJson(bytes);
  } catch (error) {
    const prefix = type === STRATEGIC ? "" : "error decoding patch: ";
    throw badRequest(`${prefix}${messageOf(error)}`);
  }
}

/** Applies a patch of one of the three old types to a JSON value. */
export function patched(target: unknown, decoded: Decoded, type: string, definition: ResourceDefinition): Draft {
  if (type === "application/json-patch+json") return jsonPatch(target, decoded.value);
  if (type === "application/merge-patch+json") return mergePatch(target, decoded.value);
  return strategicMergePatch(target, decoded.value, definition.schema, definition.resolve);
}

function patchChange(
  request: ResourceRequest,
  definition: ResourceDefinition,
  decoded: Decoded,
  type: string,
  fieldValidation: FieldValidation,
): Change {
  return {
    next: (old) => {
      const known = copyKnowing(patched(old, decoded, type, definition), asStored(old, definition));
      const { draft } = known;
      checkKind(draft, old, request);
      const { unknown, error, mismatch } = decodeTyped(draft, definition, { known });
      if (error !== undefined)
        throw type === STRATEGIC
          ? rejectedText(printGo(decoded.value), conversionError(error, mismatch))
          : rejected(decoded.value, error);
      reportUnknown(request, type, decoded, unknown, fieldValidation);
      checkObjectName(draft.metadata, request);
      if (definition.namespaced) draft.metadata.namespace = request.info.namespace;
      complete(draft, definition, known.complete);
      return draft;
    },
    attempts: ATTEMPTS,
  };
}

function reportUnknown(
  request: ResourceRequest,
  type: string,
  decoded: Decoded,
  unknown: readonly string[],
  fieldValidation: FieldValidation,
): void {
  // A strategic merge patch is made into an object without a text in between, and its fields have no order.
  const complaints = [...decoded.duplicates, ...(type === STRATEGIC ? unknown.toSorted() : unknown)];
  if (complaints.length === 0 || fieldValidation === "Ignore") return;
  if (fieldValidation === "Strict") {
    const text = type === STRATEGIC ? printGo(decoded.value) : JSON.stringify(decoded.value);
    throw rejectedText(text, `strict decoding error: ${complaints.join(", ")}`);
  }
  for (const complaint of complaints) request.warnings.add(complaint);
}

function rejected(value: unknown, why: string): Error {
  return rejectedText(JSON.stringify(value), why);
}

function rejectedText(patch: string, why: string): Error {
  return invalid("", "", "", [invalidValue("patch", patch, why)]);
}

/** A patch may not turn an object into one of another kind. */
function checkKind(draft: Draft, old: KubernetesObject, { definition }: ResourceRequest): void {
  draft.metadata ??= {};
  if (draft.kind !== old.kind)
    throw rejected(
      draft,
      `${draft.kind} in version ${JSON.stringify(definition.version)} cannot be handled as a ${definition.kind}`,
    );
  if (draft.apiVersion !== old.apiVersion)
    throw rejected(
      draft,
      `the API version in the data (${draft.apiVersion}) does not match the expected API version (${apiVersionOf(definition)})`,
    );
}
