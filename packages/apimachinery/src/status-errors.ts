import { causeOf, type FieldError } from "./field-error.ts";
import { quoteGo } from "./go-quote.ts";
import { type StatusCause, StatusError, type StatusReason } from "./status.ts";

/** `pods`, or `deployments.apps`: how messages name a resource or a kind of a group. */
export function qualifiedName(group: string, name: string): string {
  return group === "" ? name : `${name}.${group}`;
}

interface About {
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** Details without empty members: upstream's are all `omitempty`, but `details` itself stays. */
function failure(code: number, reason: StatusReason, message: string, about?: About): StatusError {
  if (about === undefined) return new StatusError(code, reason, message);
  return new StatusError(code, reason, message, {
    ...(about.name ? { name: about.name } : {}),
    ...(about.group ? { group: about.group } : {}),
    ...(about.kind ? { kind: about.kind } : {}),
    ...(about.causes?.length ? { causes: about.causes } : {}),
    ...(about.retryAfterSeconds ? { retryAfterSeconds: about.retryAfterSeconds } : {}),
  });
}

/** 404 NotFound: `pods "x" not found`. */
export function notFound(group: string, resource: string, name: string): StatusError {
  const message = `${qualifiedName(group, resource)} ${quoteGo(name)} not found`;
  return failure(404, "NotFound", message, { group, kind: resource, name });
}

/** 404 for a path that no resource answers: `the server could not find the requested resource`. */
export function noSuchResource(): StatusError {
  return failure(404, "NotFound", "the server could not find the requested resource", {});
}

/** 409 AlreadyExists: `pods "x" already exists`. */
export function alreadyExists(group: string, resource: string, name: string): StatusError {
  const message = `${qualifiedName(group, resource)} ${quoteGo(name)} already exists`;
  return failure(409, "AlreadyExists", message, { group, kind: resource, name });
}

/** 409 AlreadyExists when every generated name was taken. `retryAfterSeconds` is 1 upstream. */
export function generateNameConflict(
  group: string,
  resource: string,
  name: string,
  retryAfterSeconds = 1,
): StatusError {
  const message = `${qualifiedName(group, resource)} ${quoteGo(name)} already exists, the server was not able to generate a unique name for the object`;
  return failure(409, "AlreadyExists", message, { group, kind: resource, name, retryAfterSeconds });
}

/** What a lost optimistic lock says; the default text of {@link conflict}. */
export const OPTIMISTIC_LOCK_MESSAGE =
  "the object has been modified; please apply your changes to the latest version and try again";

/** 409 Conflict: `Operation cannot be fulfilled on pods "x": ...`. */
export function conflict(
  group: string,
  resource: string,
  name: string,
  why: string = OPTIMISTIC_LOCK_MESSAGE,
): StatusError {
  const message = `Operation cannot be fulfilled on ${qualifiedName(group, resource)} ${quoteGo(name)}: ${why}`;
  return failure(409, "Conflict", message, { group, kind: resource, name });
}

/** 409 Conflict of server-side apply; each cause is one `FieldManagerConflict`. */
export function applyConflict(message: string, causes: readonly StatusCause[]): StatusError {
  return failure(409, "Conflict", message, { causes });
}

/** `a` for one error, `[a, b]` for several, each once: upstream's aggregate of field errors. */
export function aggregateMessage(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))];
  return texts.length === 1 ? (texts[0] as string) : `[${texts.join(", ")}]`;
}

/** 422 Invalid: `Pod "x" is invalid: spec.a: Required value`. `kind` is the kind's name, not the resource's. */
export function invalid(group: string, kind: string, name: string, errors: readonly FieldError[]): StatusError {
  const subject = `${qualifiedName(group, kind)} ${quoteGo(name)} is invalid`;
  const message = errors.length === 0 ? subject : `${subject}: ${aggregateMessage(errors)}`;
  return failure(422, "Invalid", message, { group, kind, name, causes: errors.map(causeOf) });
}

/** 422 Invalid without a subject: what a patch gets that cannot be applied. */
export function rejectedRequest(): StatusError {
  return failure(422, "Invalid", "the server rejected our request due to an error in our request", {});
}

/** 403 Forbidden. Without a resource (both ""): `forbidden: why`; without a name: `pods is forbidden: why`. */
export function forbidden(group: string, resource: string, name: string, why: string): StatusError {
  const subject = qualifiedName(group, resource);
  const about = { group, kind: resource, name };
  if (group === "" && resource === "") return failure(403, "Forbidden", `forbidden: ${why}`, about);
  const named = name === "" ? subject : `${subject} ${quoteGo(name)}`;
  return failure(403, "Forbidden", `${named} is forbidden: ${why}`, about);
}

/** 401 Unauthorized. The API server's own text is `Unauthorized`. */
export function unauthorized(message = "Unauthorized"): StatusError {
  return failure(401, "Unauthorized", message);
}

/** 400 BadRequest with this text. */
export function badRequest(message: string): StatusError {
  return failure(400, "BadRequest", message);
}

/** 405 MethodNotAllowed: `watch is not supported on resources of kind "bindings"`. */
export function methodNotSupported(group: string, resource: string, action: string): StatusError {
  const message = `${action} is not supported on resources of kind ${quoteGo(qualifiedName(group, resource))}`;
  return failure(405, "MethodNotAllowed", message, { group, kind: resource });
}

/** 406 NotAcceptable; `accepted` are the media types that the server can answer in. */
export function notAcceptable(accepted: readonly string[]): StatusError {
  const message = `only the following media types are accepted: ${accepted.join(", ")}`;
  return failure(406, "NotAcceptable", message);
}

/** 415 UnsupportedMediaType; `accepted` are the media types that the server reads. */
export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`;
  return failure(415, "UnsupportedMediaType", message);
}

/** 410 Expired: the resource version or continue token is too old. */
export function expired(message: string): StatusError {
  return failure(410, "Expired", message);
}

/** 410 Gone. Upstream uses it for in-stream watch errors only; lists answer {@link expired}. */
export function gone(message: string): StatusError {
  return failure(410, "Gone", message);
}

/** 413: `Request entity too large: limit is 3145728`. */
export function tooLarge(message: string): StatusError {
  return failure(413, "RequestEntityTooLarge", `Request entity too large: ${message}`);
}

/** 504 Timeout: `Timeout: message`. */
export function timeout(message: string, retryAfterSeconds = 0): StatusError {
  return failure(504, "Timeout", `Timeout: ${message}`, { retryAfterSeconds });
}

/** 500 ServerTimeout: a passing failure; the client should try again. */
export function serverTimeout(
  group: string,
  resource: string,
  operation: string,
  retryAfterSeconds: number,
): StatusError {
  const message = `The ${operation} operation against ${qualifiedName(group, resource)} could not be completed at this time, please try again.`;
  return failure(500, "ServerTimeout", message, { group, kind: resource, name: operation, retryAfterSeconds });
}

/** 429 TooManyRequests with this text. */
export function tooManyRequests(message: string, retryAfterSeconds = 0): StatusError {
  return failure(429, "TooManyRequests", message, { retryAfterSeconds });
}

/** 503 ServiceUnavailable with this text. */
export function serviceUnavailable(message: string): StatusError {
  return failure(503, "ServiceUnavailable", message);
}

/** 500 InternalError: `Internal error occurred: why`. */
export function internalError(why: string): StatusError {
  return failure(500, "InternalError", `Internal error occurred: ${why}`, { causes: [{ message: why }] });
}

/** 500 without a reason: what upstream answers for an error that is no Status. */
export function unknownError(message: string): StatusError {
  return failure(500, "", message);
}

/** The StatusError in what was thrown; anything else becomes {@link unknownError}. */
export function statusErrorOf(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  if (error instanceof Error && error.name === "StatusError" && "status" in error) return error as StatusError;
  return unknownError(error instanceof Error ? error.message : String(error));
}
