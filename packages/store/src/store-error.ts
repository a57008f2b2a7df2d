import { CodedError } from "@pinnace/errors";

export type StoreErrorCode =
  | "COMPACTED"
  | "FUTURE_REVISION"
  | "CLOSED"
  | "NO_SPACE"
  | "SLOW_CONSUMER"
  | "UNAVAILABLE"
  | "OUTCOME_UNKNOWN"
  | "LOCKED"
  | "CORRUPT"
  | "INVALID";

/** What a store refuses, see {@link Store}. */
export class StoreError extends CodedError<StoreErrorCode> {
  override name = "StoreError";
}
