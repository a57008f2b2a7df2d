import type { StreamExit } from "@pinnace/cri";

const INTERNAL = "Internal error occurred: ";

/** The Status that ends an exec or attach on its error stream (protocols v4 and v5). */
export function statusOf({ exitCode, error }: StreamExit): object {
  if (error !== undefined)
    return {
      metadata: {},
      status: "Failure",
      message: error.startsWith(INTERNAL) ? error : INTERNAL + error,
      reason: "InternalError",
      details: { causes: [{ message: error }] },
      code: 500,
    };
  if (exitCode === 0) return { metadata: {}, status: "Success" };
  return {
    metadata: {},
    status: "Failure",
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: "NonZeroExitCode",
    details: { causes: [{ reason: "ExitCode", message: String(exitCode) }] },
  };
}

/** What older protocols write on the error stream: nothing for success, else a text. */
export function errorTextOf({ exitCode, error }: StreamExit): string {
  if (error !== undefined) return error;
  return exitCode === 0 ? "" : `command terminated with non-zero exit code: exit status ${exitCode}`;
}

/** The exit behind what a runtime wrote on its error stream. */
export function exitOf(text: string): StreamExit {
  if (text === "") return { exitCode: 0 };
  let status: { status?: string; message?: string; details?: { causes?: { reason?: string; message?: string }[] } };
  try {
    status = JSON.parse(text);
  } catch {
    return { exitCode: 1, error: text };
  }
  if (status.status === "Success") return { exitCode: 0 };
  const cause = status.details?.causes?.find(({ reason }) => reason === "ExitCode");
  return cause ? { exitCode: Number(cause.message) } : { exitCode: 1, error: status.message ?? text };
}
