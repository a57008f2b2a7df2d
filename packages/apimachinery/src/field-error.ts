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
  | "FieldValueTooMany"
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
