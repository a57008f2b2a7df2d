import type { FieldPath } from "./field-path.ts";
import { quoteGo } from "./go-quote.ts";
import type { StatusCause } from "./status.ts";

/** `reason` of a cause in a Status (meta/v1 CauseType), as field validation uses it. */
export type FieldErrorType =
  | "FieldValueNotFound"
  | "FieldValueRequired"
  | "FieldValueDuplicate"
  | "FieldValueInvalid"
  | "FieldValueNotSupported"
  | "FieldValueForbidden"
  | "FieldValueTooLong"
  | "FieldValueTooShort"
  | "FieldValueTooMany"
  | "FieldValueTooFew"
  | "FieldValueTypeInvalid"
  | "InternalError";

/** One thing that is wrong with one field. `message` is upstream's whole text after `field: `. */
export interface FieldError {
  readonly type: FieldErrorType;
  /** `spec.containers[0].ports[0].hostPort`, `metadata.labels`; "" for the object itself. */
  readonly field: string;
  /** `Invalid value: "x": must be ...`, `Required value`, `Unsupported value: "x": supported values: "a", "b"`. */
  readonly message: string;
}

/** The cause of a 422 Status that says the same. */
export function causeOf(error: FieldError): StatusCause {
  return { reason: error.type, message: error.message, field: error.field };
}

/** A path as text or as builder: what every factory below accepts. */
export type FieldPathLike = FieldPath | string;

function make(type: FieldErrorType, field: FieldPathLike, title: string, detail: string): FieldError {
  return { type, field: String(field), message: detail === "" ? title : `${title}: ${detail}` };
}

/** A value as `field.Error` prints it: `"text"` quoted as Go does, numbers bare, everything else as compact JSON. */
export function renderValue(value: unknown): string {
  if (typeof value === "string") return quoteGo(value);
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return String(value);
  return goJson(value) ?? "null";
}

/** JSON as Go's `json.Marshal` prints it: map keys as they come, `<`, `>` and `&` escaped. */
function goJson(value: unknown): string | undefined {
  return JSON.stringify(value)?.replace(/[<>&\u2028\u2029]/g, escapeHtml);
}

function escapeHtml(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** `Required value`, with `detail` after a colon when there is one. */
export function required(field: FieldPathLike, detail = ""): FieldError {
  return make("FieldValueRequired", field, "Required value", detail);
}

/** `Invalid value: <value>: detail`. */
export function invalidValue(field: FieldPathLike, value: unknown, detail = ""): FieldError {
  return make("FieldValueInvalid", field, `Invalid value: ${renderValue(value)}`, detail);
}

/** Like {@link invalidValue}, of type FieldValueTypeInvalid. */
export function typeInvalid(field: FieldPathLike, value: unknown, detail = ""): FieldError {
  return make("FieldValueTypeInvalid", field, `Invalid value: ${renderValue(value)}`, detail);
}

/** `Not found: <value>`. */
export function notFoundValue(field: FieldPathLike, value: unknown): FieldError {
  return make("FieldValueNotFound", field, `Not found: ${renderValue(value)}`, "");
}

/** `Duplicate value: <value>`. */
export function duplicate(field: FieldPathLike, value: unknown): FieldError {
  return make("FieldValueDuplicate", field, `Duplicate value: ${renderValue(value)}`, "");
}

/** `Unsupported value: <value>: supported values: "a", "b"`. Values keep their order: upstream's tables are sorted. */
export function notSupported(field: FieldPathLike, value: unknown, supported: readonly string[]): FieldError {
  const detail = supported.length === 0 ? "" : `supported values: ${supported.map(quoteGo).join(", ")}`;
  return make("FieldValueNotSupported", field, `Unsupported value: ${renderValue(value)}`, detail);
}

/** `Forbidden: detail`. */
export function forbiddenField(field: FieldPathLike, detail: string): FieldError {
  return make("FieldValueForbidden", field, "Forbidden", detail);
}

function plural(count: number, one: string): string {
  return count === 1 ? `${count} ${one}` : `${count} ${one}s`;
}

/** `Too long: may not be more than 63 bytes`. */
export function tooLong(field: FieldPathLike, maxBytes: number): FieldError {
  return make("FieldValueTooLong", field, "Too long", `may not be more than ${plural(maxBytes, "byte")}`);
}

/** `Too long: may not be more than 63 characters`. */
export function tooLongCharacters(field: FieldPathLike, maxCharacters: number): FieldError {
  return make("FieldValueTooLong", field, "Too long", `may not be more than ${plural(maxCharacters, "character")}`);
}

/** `Too short: must be at least 2 characters`. */
export function tooShort(field: FieldPathLike, minCharacters: number): FieldError {
  return make("FieldValueTooShort", field, "Too short", `must be at least ${plural(minCharacters, "character")}`);
}

/** `Too many: 5: must have at most 3 items`; without an actual count (negative) the number is left out. */
export function tooMany(field: FieldPathLike, actual: number, max: number): FieldError {
  const title = actual < 0 ? "Too many" : `Too many: ${actual}`;
  return make("FieldValueTooMany", field, title, `must have at most ${plural(max, "item")}`);
}

/** `Too few: 0: must have at least 1 item`. */
export function tooFew(field: FieldPathLike, actual: number, min: number): FieldError {
  return make("FieldValueTooFew", field, `Too few: ${actual}`, `must have at least ${plural(min, "item")}`);
}

/** `Internal error: detail`. */
export function internalFieldError(field: FieldPathLike, detail: string): FieldError {
  return make("InternalError", field, "Internal error", detail);
}
