import { CodedError } from "@pinnace/errors";

/** Why a run cannot be made, or cannot go on: each is one line for the person who typed the command. */
type ConformanceErrorCode =
  | "NO_E2E_TEST"
  | "NOT_E2E_TEST"
  | "NO_AGNHOST"
  | "NO_KUBECTL"
  | "NO_MATCH"
  | "RESULTS_NOT_WRITABLE"
  | "RESULTS_INVALID"
  | "IMAGE"
  | "CLUSTER";

export class ConformanceError extends CodedError<ConformanceErrorCode> {}
