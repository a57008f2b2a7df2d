import { CodedError } from "@pinnace/errors";

/**
 * - `VOLUME_SOURCE_MISSING`: a ConfigMap, Secret, claim, key or path that the volume refers to does not exist (yet).
 * - `VOLUME_INVALID`: the volume cannot be made as it is written (a link out of the volume, a wrong hostPath type).
 * - `VOLUME_UNSUPPORTED`: the node has no plugin for this kind of volume.
 * - `VOLUME_IO`: the node refused an operation; the message carries its text.
 */
export type VolumeErrorCode = "VOLUME_SOURCE_MISSING" | "VOLUME_INVALID" | "VOLUME_UNSUPPORTED" | "VOLUME_IO";

/** Why a volume could not be made. The kubelet tries again: what is missing may appear. */
export class VolumeError extends CodedError<VolumeErrorCode> {}

/** `MountVolume.SetUp failed for volume "v" : why`, the text of upstream's FailedMount event. */
export function setUpFailed(volume: string, code: VolumeErrorCode, why: string, cause?: unknown): VolumeError {
  return new VolumeError(code, `MountVolume.SetUp failed for volume "${volume}" : ${why}`, { cause });
}
