import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isCodedError, messageOf } from "@pinnace/errors";

/** What a command works with. */
export interface CommandContext {
  /** Aborted by Ctrl-C and SIGTERM: the command ends what it started and returns. */
  readonly signal: AbortSignal;
  /** A folder that is gone when the command has ended. */
  readonly folder: string;
}

interface Streams {
  readonly name: string;
  /** Where problems are told. Default: standard error. */
  readonly tell?: (line: string) => void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const INTERRUPTED = 130;

/**
 * Runs a command: 0 or what it resolves to; 1 when it fails; 2 when its input cannot be used; 130 when it was
 * interrupted. What a user can mend is told in one line; a bug keeps its stack.
 */
export async function runCommand(
  { name, tell = (line) => process.stderr.write(`${line}\n`) }: Streams,
  command: (context: CommandContext) => Promise<number>,
): Promise<number> {
  const controller = new AbortController();
  const interrupt = (): void => controller.abort();
  for (const signal of SIGNALS) process.on(signal, interrupt);
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(tmpdir(), `pinnace-${name}-`));
    const code = await command({ signal: controller.signal, folder });
    return controller.signal.aborted ? interrupted(tell) : code;
  } catch (error) {
    if (controller.signal.aborted) return interrupted(tell);
    return explain(error, tell);
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
}

function interrupted(tell: (line: string) => void): number {
  tell("interrupted");
  return INTERRUPTED;
}

function explain(error: unknown, tell: (line: string) => void): number {
  if (isCodedError(error)) {
    tell(`error: ${error.message}${error.remedy === undefined ? "" : ` (${error.remedy})`}`);
    return 2;
  }
  if (isSystemError(error)) {
    tell(`error: ${error.message}`);
    return 1;
  }
  tell(error instanceof Error ? (error.stack ?? error.message) : messageOf(error));
  return 1;
}

/** Disk full, no permission, address in use: the system's own words say what to mend. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === "string";
}
