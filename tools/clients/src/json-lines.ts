import { type Finished, type RunOptions, run } from "@pinnace-tools/e2e";
import type { Recorder } from "./steps.ts";

interface Line {
  readonly step: string;
  readonly error?: string;
}

/**
 * Runs a scenario that is written in another language: it prints one JSON object per step on standard output,
 * `{"step": "get"}` when it passed, with `error` when it did not. Rejects when it does not end with 0.
 */
export async function runJsonLines(
  command: string,
  args: readonly string[],
  recorder: Recorder,
  options: RunOptions = {},
): Promise<void> {
  const { code, stdout, stderr }: Finished = await run(command, args, { timeout: 300_000, ...options });
  for (const text of stdout.split("\n").filter(Boolean)) {
    const { step, error } = JSON.parse(text) as Line;
    recorder.record(step, error === undefined ? { kind: "passed" } : { kind: "failed", why: error });
  }
  if (code !== 0) throw new Error(`${command} ended with ${code}\n${stderr}`);
}
