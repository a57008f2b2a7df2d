import { CodedError } from "@pinnace/errors";

/**
 * - `ALREADY_RUNNING`: another process uses the data directory.
 * - `DATA_DIRECTORY`: the data directory cannot be used.
 * - `NODE_TAKEN`: this machine is the real node of another cluster.
 * - `REAL_NODE`: a real node was asked for and cannot run here.
 * - `NO_PLUGINS_FOLDER`: a folder of `--plugins` is not there.
 * - `SCHEDULER_CONFIG`: the file of `--scheduler-config` cannot be read or is refused.
 * - `ETCD_FILES`: a file of `--etcd-cafile`, `--etcd-certfile` or `--etcd-keyfile` cannot be read.
 * - `ENCRYPTION_CONFIG`: the file of `--encryption-provider-config` cannot be used.
 * - `NO_PASSPHRASE`: a backup needs one, and there is nobody to ask.
 * - `FILE_EXISTS`: a backup would replace a file.
 * - `NOT_EMPTY`: a restore would replace a cluster.
 * - `NOT_A_CLUSTER`: there is no cluster in the folder, or none in the backup.
 * - `RESTORE_INTERRUPTED`: a restore into the data directory did not come to its end.
 * - `CHECK_FAILED`: something that was checked is not as it should be.
 * - `INSTALL_FAILED`: the distribution's packages could not be installed.
 */
type AppErrorCode =
  | "ALREADY_RUNNING"
  | "DATA_DIRECTORY"
  | "NODE_TAKEN"
  | "REAL_NODE"
  | "NO_PLUGINS_FOLDER"
  | "SCHEDULER_CONFIG"
  | "ETCD_FILES"
  | "ENCRYPTION_CONFIG"
  | "NO_PASSPHRASE"
  | "FILE_EXISTS"
  | "NOT_EMPTY"
  | "NOT_A_CLUSTER"
  | "RESTORE_INTERRUPTED"
  | "CHECK_FAILED"
  | "INSTALL_FAILED";

/** What ends the command with one line on standard error. */
export class AppError extends CodedError<AppErrorCode> {
  override name = "AppError";
}
