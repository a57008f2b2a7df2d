import {
  badRequest,
  type Decoded,
  type Draft,
  type KubernetesObject,
  type ResourceDefinition,
  thaw,
  unknownError,
} from "@pinnace/apimachinery";
import { isCustom } from "../custom.ts";
import type { ResourceRequest } from "../request-context.ts";
import { complete, decodeTyped } from "./decode.ts";
import { conversionError } from "./go-conversion.ts";
import { fieldManagerOf } from "./managed-fields.ts";
import { checkObjectName } from "./object-name.ts";
import type { WriteOptions } from "./options.ts";
import type { RestContext } from "./rest-context.ts";
import type { Change } from "./update.ts";

const ATTEMPTS = 5;

/** Server-side apply (KEP-555) as a change of the stored object; creates it when there is none. */
export function applyChange(
  rest: RestContext,
  request: ResourceRequest,
  decoded: Decoded,
  options: WriteOptions,
): Change {
  const { definition, info } = request;
  if (decoded.duplicates.length > 0 && options.fieldValidation === "Strict")
    throw badRequest(`error strict decoding YAML: error converting YAML to JSON: ${decoded.duplicates.join(", ")}`);
  const applied = decoded.value as KubernetesObject;
  if (typeof applied !== "object" || applied === null || Array.isArray(applied))
    throw badRequest("error decoding YAML: the configuration is no object");
  const manager = fieldManagerOf(definition, info.subresource);
  const merge = (live: KubernetesObject | undefined): Draft => {
    const now = rest.clock.now();
    const { object } = manager.apply(live, applied, { manager: options.fieldManager, now, force: options.force });
    checkObjectName(object.metadata, request);
    const draft: Draft = thaw(object);
    draft.metadata ??= {};
    checkTypes(draft, definition);
    draft.metadata.name = info.name;
    if (definition.namespaced) draft.metadata.namespace = info.namespace;
    complete(draft, definition);
    return draft;
  };
  return {
    next: merge,
    ...(info.subresource === "" ? { create: () => merge(undefined) } : {}),
    manage: () => undefined,
    attempts: ATTEMPTS,
  };
}

/** What ownership does not look into, such as times and quantities, must be what the type says. Throws 500, as upstream does. */
function checkTypes(draft: Draft, definition: ResourceDefinition): void {
  if (isCustom(definition)) return;
  const { error, mismatch } = decodeTyped(draft, definition);
  if (error === undefined) return;
  const { name, namespace = "" } = draft.metadata;
  const kind = `${definition.group}/${definition.version}, Kind=${definition.kind}`;
  const why = conversionError(error, mismatch);
  throw unknownError(
    `failed to convert new object (${namespace}/${name}; ${kind}) to proper version: unable to convert unstructured object to ${kind}: ${why}`,
  );
}
