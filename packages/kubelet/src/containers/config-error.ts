import { CodedError } from "@pinnace/errors";

/**
 * The reason of a waiting container: `CreateContainerConfigError` (the spec refers to something that is missing or not
 * allowed), `CreateContainerError`, `RunContainerError`, `PostStartHookError`, `ErrImagePull`, `ImagePullBackOff`,
 * `ErrImageNeverPull`, `InvalidImageName`, `ImageInspectError`, `RegistryUnavailable`, `CrashLoopBackOff`,
 * `RunInitContainerError`.
 */
type StartErrorCode =
  | "CreateContainerConfigError"
  | "CreateContainerError"
  | "RunContainerError"
  | "PostStartHookError"
  | "ErrImagePull"
  | "ImagePullBackOff"
  | "ErrImageNeverPull"
  | "InvalidImageName"
  | "ImageInspectError"
  | "CrashLoopBackOff";

/** Why a container was not started. `message` becomes `state.waiting.message`. */
export class StartError extends CodedError<StartErrorCode> {
  /** Instant at which another try makes sense; undefined: at the kubelet's usual retry. */
  readonly retryAt: number | undefined;

  constructor(code: StartErrorCode, message: string, options: { cause?: unknown; retryAt?: number | undefined } = {}) {
    super(code, message, options);
    this.retryAt = options.retryAt;
  }
}
