import { badRequest, type Draft, type ResourceDefinition, unsupportedMediaType } from "@pinnace/apimachinery";
import { ACCEPTED, contentTypeOf } from "../media/negotiation.ts";
import type { ResourceRequest } from "../request-context.ts";
import type { FieldValidation } from "./options.ts";

/** The object of a request body, checked against the schema and defaulted: private to the caller. */
export async function decodeBody(
  request: ResourceRequest,
  definition: ResourceDefinition,
  fieldValidation: FieldValidation,
): Promise<Draft> {
  void fieldValidation;
  const draft = parseBody(request, definition.kind);
  draft.apiVersion ??= definition.group === "" ? definition.version : `${definition.group}/${definition.version}`;
  draft.kind ??= definition.kind;
  definition.default?.(draft);
  return draft;
}

/** DeleteOptions and their kind: undefined when there is no body. */
export async function decodeOptions(request: ResourceRequest, kind: string): Promise<Draft | undefined> {
  const { body } = request.request;
  if (body === undefined || ("bytes" in body && body.bytes.length === 0)) return undefined;
  return parseBody(request, kind);
}

function parseBody({ request }: ResourceRequest, kind: string): Draft {
  const { body, headers } = request;
  if (body !== undefined && "object" in body) return JSON.parse(JSON.stringify(body.object));
  const type = contentTypeOf(headers["content-type"]);
  if (!ACCEPTED.includes(type)) throw unsupportedMediaType(ACCEPTED);
  if (body === undefined || body.bytes.length === 0)
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)`,
    );
  return JSON.parse(new TextDecoder().decode(body.bytes));
}
