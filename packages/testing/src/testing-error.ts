import { CodedError } from "@pinnace/errors";

/**
 * What goes wrong in a test by its own fault:
 *
 * - `TIMEOUT`: what {@link TestCluster.waitFor} waited for did not come; the message shows the objects and the warnings.
 * - `UNKNOWN_KIND`: a manifest is of a kind that the cluster does not serve.
 * - `INVALID_MANIFEST`: a manifest is no YAML, or no object with a kind and a name.
 * - `INVALID_DURATION`: a text is no duration such as `1h30m`.
 * - `NO_FORK`: a cluster whose store is not in memory cannot be forked.
 */
export type TestingErrorCode = "TIMEOUT" | "UNKNOWN_KIND" | "INVALID_MANIFEST" | "INVALID_DURATION" | "NO_FORK";

/** An error of this package. */
export class TestingError extends CodedError<TestingErrorCode> {}
