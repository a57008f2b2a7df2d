import { CodedError } from "@pinnace/errors";

/**
 * - `SCHEDULER_CONFIGURATION_DECODE`: it is no KubeSchedulerConfiguration: syntax, kind, unknown members, types.
 * - `SCHEDULER_CONFIGURATION_INVALID`: its values do not fit together; the message lists everything.
 */
export type SchedulerConfigurationErrorCode = "SCHEDULER_CONFIGURATION_DECODE" | "SCHEDULER_CONFIGURATION_INVALID";

/** Why a configuration is refused, in kube-scheduler's words. */
export class SchedulerConfigurationError extends CodedError<SchedulerConfigurationErrorCode> {
  override name = "SchedulerConfigurationError";
}

export function cannotDecode(message: string): SchedulerConfigurationError {
  return new SchedulerConfigurationError("SCHEDULER_CONFIGURATION_DECODE", message);
}
