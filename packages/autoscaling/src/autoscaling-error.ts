import { CodedError } from "@pinnace/errors";

/**
 * Why there is no number of replicas. The message goes into conditions and events.
 *
 * - `METRICS_UNAVAILABLE`: a metrics API is not there, or has nothing about the target.
 * - `MISSING_REQUEST`: a utilization is asked for, and a container does not say what it requests.
 * - `INVALID_METRIC`: the metric's target is not complete.
 */
export type AutoscalingErrorCode = "METRICS_UNAVAILABLE" | "MISSING_REQUEST" | "INVALID_METRIC";

export class AutoscalingError extends CodedError<AutoscalingErrorCode> {}
