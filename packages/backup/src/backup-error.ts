import { CodedError } from "@pinnace/errors";

/**
 * - `NOT_A_BACKUP`: the file is something else, or its beginning is damaged.
 * - `VERSION`: a later version of the format.
 * - `PASSPHRASE`: the passphrase is not the one that the backup was made with.
 * - `DAMAGED`: bytes were changed, or the file is cut.
 */
export type BackupErrorCode = "NOT_A_BACKUP" | "VERSION" | "PASSPHRASE" | "DAMAGED";

/** Why a backup cannot be read. Failures of the disk stay what they are. */
export class BackupError extends CodedError<BackupErrorCode> {
  override name = "BackupError";
}
