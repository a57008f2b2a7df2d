import { spawnSync } from "node:child_process";

export interface Outcome {
  readonly ok: boolean;
  /** What it printed to both streams. */
  readonly text: string;
}

/** Runs a command to its end, at most five minutes; `env` is added to the environment. */
export function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Outcome {
  const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 1 << 26, timeout: 300_000 };
  const { status, stdout, stderr, error } = spawnSync(command, args, { ...options, encoding: "utf8" });
  return { ok: status === 0, text: error?.message ?? `${stdout}\n${stderr}`.trim() };
}
