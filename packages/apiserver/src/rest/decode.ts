import {
  builtInSchema,
  completeZeroValues,
  decodeProtobuf,
  PROTOBUF_MEDIA_TYPE,
  resolveBuiltInSchema,
} from "@pinnace/api";
import {
  apiVersionOf,
  badRequest,
  type Decoded,
  type DecodedFields,
  type Draft,
  decodeFields,
  decodeJson,
  decodeYaml,
  invalid,
  invalidValue,
  type KubernetesObject,
  pruneUnknown,
  type ResourceDefinition,
  type Schema,
  type SchemaResolver,
  unsupportedMediaType,
} from "@pinnace/apimachinery";
import { messageOf } from "@pinnace/errors";
import { typeEmbedded } from "../crd/embedded-resources.ts";
import { isCustom } from "../custom.ts";
import { ACCEPTED, contentTypeOf } from "../media/negotiation.ts";
import type { ResourceRequest } from "../request-context.ts";
import { copyKnowing, type KnownParts } from "./known-parts.ts";
import type { FieldValidation } from "./options.ts";

/** The kind that a body must be of. */
interface ExpectedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/**
 * The object of a request body, checked against the schema and defaulted: private to the caller. `stored` is what the
 * object may have parts of.
 */
export async function decodeBody(
  request: ResourceRequest,
  definition: ResourceDefinition,
  fieldValidation: FieldValidation,
  stored?: KubernetesObject,
): Promise<Draft> {
  const { decoded, known } = parseBody(request, definition, stored);
  const draft = checkKind(request, decoded, definition);
  const complaints = [...decoded.duplicates, ...typed(draft, definition, { ...decoded, known }, definition)];
  report(request, isCustom(definition) ? complaints : inTextOrder(complaints, decoded), fieldValidation, definition);
  complete(draft, definition, known?.complete);
  return draft;
}

/** A typed decoder meets unknown and duplicate fields in one pass. */
function inTextOrder(complaints: readonly string[], { offsets }: Decoded): readonly string[] {
  if (offsets === undefined) return complaints;
  return complaints.toSorted((a, b) => (offsets.get(a) ?? 0) - (offsets.get(b) ?? 0));
}

/** Defaults, and zero values as upstream prints them; members that are those of `known` have the latter. */
export function complete(draft: Draft, definition: ResourceDefinition, known?: Draft): void {
  definition.default?.(draft);
  completeZeroValues(draft, definition, known);
}

/** A body of a kind that no definition of its own describes: Binding, Eviction, Scale, TokenRequest, reviews. */
export async function decodeKind(request: ResourceRequest, expected: ExpectedKind): Promise<Draft> {
  const { decoded } = parseBody(request, expected);
  const draft = checkKind(request, decoded, expected);
  const name = kindNames[expected.kind];
  const schema = name === undefined ? undefined : builtInSchema(name);
  if (schema === undefined) return draft;
  typed(draft, { definitionName: name!, schema, resolve: resolveBuiltInSchema }, decoded, expected);
  return draft;
}

const kindNames: Readonly<Record<string, string>> = {
  Binding: "io.k8s.api.core.v1.Binding",
  Eviction: "io.k8s.api.policy.v1.Eviction",
  Scale: "io.k8s.api.autoscaling.v1.Scale",
  TokenRequest: "io.k8s.api.authentication.v1.TokenRequest",
  DeleteOptions: "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions",
};

/** DeleteOptions of a body: undefined when there is none. */
export async function decodeOptions(request: ResourceRequest, kind: string): Promise<Draft | undefined> {
  const { body } = request.request;
  if (body === undefined || ("bytes" in body && body.bytes.length === 0)) return undefined;
  const { group, version } = request.definition;
  const { decoded } = parseBody(request, { group, version, kind });
  const draft = decoded.value as Draft;
  if (typeof draft !== "object" || draft === null) throw badRequest(`${kind} is malformed`);
  if (draft.kind && draft.kind !== kind) throw badRequest(`decoded object cannot be converted to ${kind}`);
  const schema = builtInSchema(kindNames[kind]!);
  if (schema !== undefined)
    typed(draft, { definitionName: kindNames[kind]!, schema, resolve: resolveBuiltInSchema }, decoded, {
      group,
      version,
      kind,
    });
  return draft;
}

interface ParsedBody {
  readonly decoded: Decoded;
  readonly known?: KnownParts;
}

function parseBody(request: ResourceRequest, expected: ExpectedKind, stored?: KubernetesObject): ParsedBody {
  const { body } = request.request;
  if (body === undefined || !("object" in body))
    return { decoded: parseBytes(request, body?.bytes ?? new Uint8Array(), expected) };
  const known = copyKnowing(body.object, stored);
  return { decoded: { value: known.draft, duplicates: [] }, known };
}

function parseBytes(request: ResourceRequest, bytes: Uint8Array, expected: ExpectedKind): Decoded {
  const { headers } = request.request;
  const type = contentTypeOf(headers["content-type"]);
  const accepted = isCustom(request.definition) ? ACCEPTED.slice(0, 2) : ACCEPTED;
  if (!accepted.includes(type)) throw unsupportedMediaType(accepted);
  if (type === PROTOBUF_MEDIA_TYPE) return { value: decodeProtobuf(bytes, expected).object, duplicates: [] };
  try {
    return type === "application/yaml" ? decodeYaml(bytes) : decodeJson(bytes);
  } catch (error) {
    throw unrecognized(expected.kind, bytes, `couldn't get version/kind; json parse error: ${messageOf(error)}`);
  }
}

function unrecognized(kind: string, bytes: Uint8Array, why: string): Error {
  return badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${excerpt(bytes)})`);
}

const EXCERPT = 30;

function excerpt(bytes: Uint8Array): string {
  if (bytes.length === 0) return "<empty>";
  const text = new TextDecoder().decode(bytes);
  return text.length <= EXCERPT ? text : `${text.slice(0, EXCERPT)} ...`;
}

/** Versions that are served no more but whose kinds are still known. */
const REMOVED = /^(extensions\/v1beta1|apps\/v1beta[12])$/;

/** Completes or refuses `apiVersion` and `kind`; throws 400. */
function checkKind(request: ResourceRequest, decoded: Decoded, expected: ExpectedKind): Draft {
  const { body } = request.request;
  const bytes = body !== undefined && "bytes" in body ? body.bytes : new Uint8Array();
  const draft = decoded.value as Draft;
  if (typeof draft !== "object" || draft === null || Array.isArray(draft))
    throw unrecognized(
      expected.kind,
      bytes,
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonType(draft)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    );
  const wanted = apiVersionOf(expected);
  const { kind = "", apiVersion = "" } = draft;
  for (const [field, text] of [
    ["kind", kind],
    ["apiVersion", apiVersion],
  ])
    if (typeof text !== "string" && text !== null)
      throw unrecognized(
        expected.kind,
        bytes,
        `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonType(text)} into Go struct field .${field} of type string`,
      );
  if (apiVersion !== null && apiVersion.split("/").length > 2)
    throw unrecognized(expected.kind, bytes, `unexpected GroupVersion string: ${apiVersion}`);
  const custom = isCustom(request.definition) && request.definition.kind === expected.kind;
  if (!kind && custom && bytes.length > 0)
    throw unrecognized(expected.kind, bytes, `Object 'Kind' is missing in '${jsonOf(bytes, draft)}'`);
  if (kind && kind !== expected.kind && custom)
    throw invalid(expected.group, kind, draft.metadata?.name ?? "", [
      invalidValue("kind", kind, `must be ${expected.kind}`),
    ]);
  if (kind && kind !== expected.kind)
    throw cannotHandle(
      kind,
      apiVersion || wanted,
      expected.kind,
      `converting (${lastPart(apiVersion || wanted)}.${kind}) to (${goPackage(expected)}.${expected.kind}): unknown conversion`,
    );
  if (apiVersion && apiVersion !== wanted) {
    if (REMOVED.test(apiVersion))
      throw badRequest(
        `the API version in the data (${apiVersion}) does not match the expected API version (${wanted})`,
      );
    throw cannotHandle(
      expected.kind,
      apiVersion,
      expected.kind,
      `no kind "${expected.kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`,
    );
  }
  const { kind: _, apiVersion: __, ...rest } = draft;
  return { kind: expected.kind, apiVersion: wanted, ...rest };
}

/** A body as it was sent, or the JSON of a body in YAML. */
function jsonOf(bytes: Uint8Array, value: unknown): string {
  const text = new TextDecoder().decode(bytes);
  return text.trimStart().startsWith("{") ? text : JSON.stringify(value);
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}

function lastPart(apiVersion: string): string {
  return apiVersion.slice(apiVersion.lastIndexOf("/") + 1);
}

function goPackage({ group }: ExpectedKind): string {
  return group === "" ? "core" : group.split(".")[0]!;
}

function cannotHandle(kind: string, apiVersion: string, expected: string, why: string): Error {
  return badRequest(`${kind} in version "${lastPart(apiVersion)}" cannot be handled as a ${expected}: ${why}`);
}

interface Typed {
  readonly definitionName: string;
  readonly schema: Schema;
  readonly resolve: SchemaResolver;
}

/** Brings a draft into its typed form; returns what strict decoding complains about, throws 400 for a wrong type. */
function typed(draft: Draft, type: Typed, decoded: DraftFacts, expected: ExpectedKind): readonly string[] {
  const result = decodeTyped(draft, type, decoded);
  if (result.error !== undefined)
    throw cannotHandle(expected.kind, apiVersionOf(expected), expected.kind, result.error);
  return result.unknown;
}

const OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/** What is known of a draft that is to be typed. */
interface DraftFacts extends Pick<Decoded, "literals"> {
  readonly known?: Pick<KnownParts, "members"> | undefined;
}

/** Types the fields of a draft in place. Custom resources have typed metadata, and are pruned by their own schema. */
export function decodeTyped(
  draft: Draft,
  { definitionName, schema, resolve }: Typed,
  { literals, known }: DraftFacts = {},
): Omit<DecodedFields, "value"> {
  if (!isCustom({ definitionName }))
    return decodeFields(draft, schema, resolve, {
      ...{ definitionName, literals },
      ...(known === undefined ? {} : { typed: known.members }),
    });
  const meta = builtInSchema(OBJECT_META);
  const result =
    meta === undefined || draft.metadata === undefined
      ? { unknown: [] }
      : decodeFields(draft.metadata, meta, resolveBuiltInSchema, {
          definitionName: OBJECT_META,
          literals,
          path: ["metadata"],
        });
  const pruned = [...pruneUnknown(draft, schema, resolve)].map((path) => `unknown field "${path}"`);
  const embedded = typeEmbedded(draft, schema);
  return { ...embedded, ...result, unknown: [...result.unknown, ...[...pruned, ...embedded.unknown].sort()] };
}

/** Unknown and duplicate fields are refused, warned of or passed over. */
function report(
  request: ResourceRequest,
  complaints: readonly string[],
  fieldValidation: FieldValidation,
  expected: ExpectedKind,
): void {
  if (complaints.length === 0 || fieldValidation === "Ignore") return;
  if (fieldValidation === "Warn") {
    for (const complaint of complaints) request.warnings.add(complaint);
    return;
  }
  throw cannotHandle(
    expected.kind,
    apiVersionOf(expected),
    expected.kind,
    `strict decoding error: ${complaints.join(", ")}`,
  );
}
