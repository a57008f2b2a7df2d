import { CodedError } from "@pinnace/errors";

/**
 * - `USAGE`: a flag is wrong; exit code 2.
 * - `ALREADY_RUNNING`: another process uses the data directory.
 * - `DATA_DIRECTORY`: the data directory cannot be used.
 * - `REAL_NODE`: a real node was asked for and cannot run here.
 * - `INSTALL_FAILED`: the distribution's packages could not be installed.
 */
type AppErrorCode = "USAGE" | "ALREADY_RUNNING" | "DATA_DIRECTORY" | "REAL_NODE" | "INSTALL_FAILED";

/** What ends the command with one line on standard error. */
export class AppError extends CodedError<AppErrorCode> {
  override name = "AppError";
}
