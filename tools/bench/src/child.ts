import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** A program that was started, with what it printed so far. */
interface Child {
  readonly output: () => string;
  /** True until it ends by itself. */
  readonly alive: () => boolean;
  /** Resolves with all it printed when it ended by itself; rejects when it failed. */
  finished(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a program. */
export function start(program: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Child {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...environment } });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  const alive = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    output: () => output,
    alive,
    finished: async () => {
      if (alive()) await once(child, "close");
      if (child.exitCode !== 0) throw new Error(`${program} ${args.join(" ")} failed: ${output}`);
      return output;
    },
    stop: () => end(child, alive),
  };
}

async function end(child: ChildProcess, alive: () => boolean): Promise<void> {
  if (!alive()) return;
  const closed = once(child, "close");
  child.kill("SIGTERM");
  await closed;
}

/** Asks every few milliseconds until there is an answer; fails with the output of a program that ended. */
export async function until<Answer>(
  child: Child,
  ask: () => Promise<Answer | undefined> | Answer | undefined,
): Promise<Answer> {
  const end = performance.now() + 120_000;
  while (performance.now() < end) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (!child.alive()) throw new Error(`the program ended: ${child.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error(`nothing for two minutes: ${child.output()}`);
}
