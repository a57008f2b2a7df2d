import { spawn } from "node:child_process";
import { once } from "node:events";
import { adopt, end } from "./resources.ts";

/** A program that was started, with what it printed so far. */
export interface Child {
  readonly pid: number;
  /** The newest 256 KiB. */
  readonly output: () => string;
  /** True until it ends by itself. */
  readonly alive: () => boolean;
  /** Resolves with all it printed to standard output when it ended by itself; rejects when it failed. */
  finished(): Promise<string>;
  stop(): Promise<void>;
}

const KEPT = 256 * 1024;
const PATIENCE = 120_000;

/** Starts a program, which is ended with the run at the latest. */
export function start(program: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Child {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...environment } });
  adopt(child);
  let output = "";
  let result = "";
  let failure: Error | undefined;
  child.on("error", (error) => {
    failure = error;
  });
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    result += text;
    output = (output + text).slice(-KEPT);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output = (output + text).slice(-KEPT);
  });
  const alive = (): boolean => failure === undefined && child.exitCode === null && child.signalCode === null;
  let closed = false;
  child.once("close", () => {
    closed = true;
  });
  return {
    pid: child.pid ?? 0,
    output: () => failure?.message ?? output,
    alive,
    finished: async () => {
      if (!closed && failure === undefined) await once(child, "close");
      if (child.exitCode !== 0) throw new Error(`${program} failed: ${lastLine(failure?.message ?? output)}`);
      return result;
    },
    stop: () => end(child),
  };
}

/** Asks every few milliseconds until there is an answer; fails with the last line of a program that ended. */
export async function until<Answer>(
  child: Child,
  ask: () => Promise<Answer | undefined> | Answer | undefined,
): Promise<Answer> {
  const end = performance.now() + PATIENCE;
  while (performance.now() < end) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (!child.alive()) throw new Error(`the program ended: ${lastLine(child.output())}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error(`nothing for two minutes: ${lastLine(child.output())}`);
}

/** The line that says most likely what went wrong: of a crash its first, else the last that speaks of an error, else the last. */
function lastLine(text: string): string {
  const lines = text.trim().split("\n");
  return (
    lines.find((line) => /^panic:|"level":"(?:fatal|panic)"| [CF] \| |no space left/.test(line)) ??
    lines.findLast((line) => /error|fatal|panic/i.test(line)) ??
    lines.at(-1) ??
    ""
  );
}
