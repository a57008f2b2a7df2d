import { CodedError } from "@pinnace/errors";

/**
 * - `NOT_FOUND`: no such sandbox, container or image.
 * - `DEADLINE_EXCEEDED`: the call took longer than its limit.
 * - `UNAVAILABLE`: the runtime does not answer; the call may be repeated.
 * - `UNIMPLEMENTED`: this runtime does not have the call.
 * - `UNKNOWN`: the runtime refused; its text says why.
 */
export type CriErrorCode = "NOT_FOUND" | "DEADLINE_EXCEEDED" | "UNAVAILABLE" | "UNIMPLEMENTED" | "UNKNOWN";

/** A failed call of a container runtime. */
export class CriError extends CodedError<CriErrorCode> {
  override name = "CriError";
}
