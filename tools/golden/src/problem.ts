import { CodedError } from "@pinnace/errors";

/** Why a replay cannot be made: each is one line for the person who typed the command. */
type GoldenErrorCode = "BAD_OPTION" | "NO_CASES" | "RUNNER_FAILED" | "LIST_INVALID";

export class GoldenError extends CodedError<GoldenErrorCode> {}
