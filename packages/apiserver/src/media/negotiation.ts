import { notAcceptable, StatusError } from "@pinnace/apimachinery";

/** The form that a client asked an answer in. */
export interface Output {
  readonly mediaType: "application/json" | "application/yaml";
  /** The kind that the answer is to be turned into (`as=`); absent: the object as it is. */
  readonly as?: "Table" | "PartialObjectMetadata" | "PartialObjectMetadataList";
  /** `meta.k8s.io/v1` or `meta.k8s.io/v1beta1`, for `as`. */
  readonly metaVersion: "v1" | "v1beta1";
  readonly pretty: boolean;
}

export const ACCEPTED: readonly string[] = [
  "application/json",
  "application/yaml",
  "application/vnd.kubernetes.protobuf",
];
const STREAMING = ["application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"];

/** One alternative of an `Accept` header. */
interface Clause {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

/** The plain form, for what is not negotiated. */
export const JSON_OUTPUT: Output = { mediaType: "application/json", metaVersion: "v1", pretty: false };

const clauses = new Map<string, readonly Clause[]>();

/** Parsed and sorted by quality. Clients send few different headers, so results are kept. */
function parseAccept(header: string): readonly Clause[] {
  const known = clauses.get(header);
  if (known !== undefined) return known;
  const parsed = header
    .split(",")
    .map(parseClause)
    .filter((clause) => clause.type !== "")
    .sort((a, b) => b.quality - a.quality);
  if (clauses.size > 500) clauses.clear();
  clauses.set(header, parsed);
  return parsed;
}

function parseClause(text: string): Clause {
  const [type = "", ...rest] = text.split(";").map((part) => part.trim());
  const parameters = new Map<string, string>();
  for (const part of rest) {
    const equals = part.indexOf("=");
    if (equals > 0) parameters.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  const quality = Number(parameters.get("q") ?? "1");
  return { type: type.toLowerCase(), parameters, quality: Number.isNaN(quality) ? 0 : quality };
}

/**
 * Whether a route that produces the usual media types answers this header at all: upstream's router compares whole
 * media types, so that `application/*` is refused.
 */
export function checkAcceptable(accept: string | undefined, watch: boolean): void {
  if (accept === undefined || accept === "" || accept === "application/json") return;
  const types = accept.split(",").map((part) => part.split(";")[0]!.trim());
  if (types.some((type) => type === "*/*" || ACCEPTED.includes(type))) return;
  const representations = [...ACCEPTED, ...(watch ? STREAMING : [])].join(", ");
  throw new StatusError(
    406,
    "NotAcceptable",
    `406: Not Acceptable\n\nAvailable representations: ${representations}`,
    {},
  );
}

/**
 * Chooses the form of the answer; throws 406 when nothing that the client accepts can be made. `tables`: whether the
 * resource has any; reviews have none.
 */
export function negotiate(
  accept: string | undefined,
  query: URLSearchParams,
  userAgent = "",
  { tables = true }: { readonly tables?: boolean } = {},
): Output {
  const pretty = wantsPretty(query, userAgent);
  if (accept === undefined || accept === "" || accept === "application/json") return { ...JSON_OUTPUT, pretty };
  for (const clause of parseAccept(accept)) {
    const output = outputOf(clause, pretty);
    if (output !== undefined && (tables || output.as !== "Table")) return output;
  }
  throw notAcceptable(ACCEPTED);
}

/** The form for a Status: `as` is not honoured, and JSON is used when nothing fits. */
export function negotiateStatus(accept: string | undefined, query: URLSearchParams, userAgent = ""): Output {
  const pretty = wantsPretty(query, userAgent);
  for (const clause of parseAccept(accept ?? "")) {
    const output = clause.parameters.has("as") ? undefined : outputOf(clause, pretty);
    if (output !== undefined) return output;
  }
  return { ...JSON_OUTPUT, pretty };
}

/** A watch is JSON lines; YAML cannot be streamed. */
export function negotiateWatch(accept: string | undefined, query: URLSearchParams): Output {
  const output = negotiate(accept, query);
  if (output.mediaType === "application/yaml") throw notAcceptable(STREAMING);
  return output;
}

function outputOf(clause: Clause, pretty: boolean): Output | undefined {
  const mediaType = mediaTypeOf(clause.type);
  if (mediaType === undefined) return undefined;
  const as = clause.parameters.get("as");
  if (as === undefined) return { mediaType, metaVersion: "v1", pretty };
  const version = clause.parameters.get("v");
  if (clause.parameters.get("g") !== "meta.k8s.io" || (version !== "v1" && version !== "v1beta1")) return undefined;
  if (as !== "Table" && as !== "PartialObjectMetadata" && as !== "PartialObjectMetadataList") return undefined;
  return { mediaType, as, metaVersion: version, pretty };
}

function mediaTypeOf(type: string): Output["mediaType"] | undefined {
  if (type === "application/json" || type === "*/*" || type === "application/*") return "application/json";
  return type === "application/yaml" ? "application/yaml" : undefined;
}

function wantsPretty(query: URLSearchParams, userAgent: string): boolean {
  const asked = query.get("pretty");
  if (asked !== null) return asked === "" || asked === "true" || asked === "1";
  return /^(curl|Wget|Mozilla\/5\.0)/.test(userAgent);
}

/** The media type of a request body, lower case and without parameters; JSON when the client names none. */
export function contentTypeOf(header: string | undefined): string {
  const type = (header ?? "").split(";")[0]!.trim().toLowerCase();
  return type === "" ? "application/json" : type;
}
