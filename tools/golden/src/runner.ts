import { spawn } from "node:child_process";
import type { CaseFile } from "./cases.ts";
import type { Ground } from "./pinnace.ts";
import { GoldenError } from "./problem.ts";

/** One replay: which cases, against which server. */
export interface Replay {
  /** Path of the recording's runner. */
  readonly runner: string;
  /** Absent: none of the cases runs it. */
  readonly kubectl?: string | undefined;
  readonly server: string;
  readonly ground: Pick<Ground, "ca" | "token">;
  readonly show: number;
  readonly jobs: number;
  readonly files: readonly CaseFile[];
  /** Ends the runner when it is aborted. */
  readonly signal?: AbortSignal;
}

/** A case that differs, with the runner's words on where. */
export interface Failure {
  readonly file: string;
  readonly name: string;
  readonly details: readonly string[];
}

/** Spawns the runner. Rejects with `RUNNER_FAILED` when it ends without a tally. */
export async function replay(options: Replay): Promise<readonly Failure[]> {
  const { stdout, stderr } = await runNode(argumentsOf(options), options);
  const expected = options.files.reduce((sum, { names }) => sum + names.length, 0);
  const tally = stdout.match(/^(\d+) passed, (\d+) failed$/m);
  if (tally === null || Number(tally[1]) + Number(tally[2]) !== expected) {
    const said = (stderr.trim() || stdout.trim()).split("\n").slice(-5).join(" ");
    throw new GoldenError("RUNNER_FAILED", `the runner did not replay ${expected} cases: ${said}`);
  }
  return parseFailures(stdout, options.files);
}

function argumentsOf({ runner, kubectl, server, ground, show, jobs, files }: Replay): readonly string[] {
  const flags = {
    server,
    show,
    jobs,
    ...(kubectl === undefined ? {} : { kubectl }),
    token: ground.token,
    ca: ground.ca,
    only: expressionFor(files),
  };
  return [
    runner,
    ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)]),
    ...files.map(({ path }) => path),
  ];
}

/** An expression for exactly the selected cases, in the runner's `file/case` form. */
export function expressionFor(files: readonly CaseFile[]): string {
  if (files.every(({ whole }) => whole)) return ".";
  const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  const each = files.map(({ id, names }) => `${lastName(id)}/(?:${names.map(literal).join("|")})`);
  return `^(?:${each.join("|")})$`;
}

/** The failures in what the runner prints: `FAIL file/case`, then indented lines. */
export function parseFailures(output: string, files: readonly CaseFile[]): readonly Failure[] {
  const ids = new Map(files.map(({ id }) => [lastName(id), id]));
  const failures: (Failure & { details: string[] })[] = [];
  for (const line of output.split("\n")) {
    const match = line.match(/^FAIL ([^/]+)\/(.*)$/);
    if (match) failures.push({ file: ids.get(match[1] ?? "") ?? "", name: match[2] ?? "", details: [] });
    else if (line.startsWith("  ")) failures.at(-1)?.details.push(line);
  }
  return failures;
}

function lastName(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

/** The runner checks certificates by itself and must not see this process's execution options. */
function runNode(
  args: readonly string[],
  { signal }: Pick<Replay, "signal">,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve, reject) => {
    const stdio = ["ignore", "pipe", "pipe"] as const;
    const child = spawn(process.execPath, args, { stdio: [...stdio], ...(signal === undefined ? {} : { signal }) });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", () => resolve({ stdout, stderr }));
  });
}
