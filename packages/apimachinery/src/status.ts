/** `reason` of a Status (meta/v1 StatusReason). */
export type StatusReason =
  | ""
  | "Unauthorized"
  | "Forbidden"
  | "NotFound"
  | "AlreadyExists"
  | "Conflict"
  | "Gone"
  | "Invalid"
  | "ServerTimeout"
  | "StorageReadError"
  | "Timeout"
  | "TooManyRequests"
  | "BadRequest"
  | "MethodNotAllowed"
  | "NotAcceptable"
  | "RequestEntityTooLarge"
  | "UnsupportedMediaType"
  | "InternalError"
  | "Expired"
  | "ServiceUnavailable";

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** meta/v1 Status: how the API says that something failed, or that a deletion succeeded. */
export interface Status {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: Readonly<Record<string, never>> | { readonly resourceVersion?: string };
  readonly status: "Success" | "Failure";
  readonly message?: string;
  readonly reason?: StatusReason;
  readonly details?: StatusDetails;
  readonly code?: number;
}

/** An API failure: carries the exact Status that the client sees. `code` is the HTTP status. */
export class StatusError extends Error {
  readonly status: Status;

  constructor(code: number, reason: StatusReason, message: string, details?: StatusDetails) {
    super(message);
    this.name = "StatusError";
    this.status = Object.freeze({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      ...(message === "" ? {} : { message }),
      ...(reason === "" ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      code,
    });
  }

  /** The same failure from a Status that a server sent. */
  static from(status: Status): StatusError {
    return new StatusError(status.code ?? 500, status.reason ?? "", status.message ?? "", status.details);
  }

  get code(): number {
    return this.status.code ?? 500;
  }

  get reason(): StatusReason {
    return this.status.reason ?? "";
  }
}

/** True when `error` is a {@link StatusError} with this reason. */
export function hasReason(error: unknown, reason: StatusReason): error is StatusError {
  return error instanceof Error && error.name === "StatusError" && (error as StatusError).reason === reason;
}
