import { type ChildProcess, spawn } from "node:child_process";

interface SpecProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The specs that it runs; each is printed, with its labels, on a line of its own when it begins. */
  readonly names: ReadonlySet<string>;
  /** Milliseconds for the preparation, and for each spec. */
  readonly specTimeout: number;
  /** Milliseconds from the interrupt to the kill. */
  readonly grace: number;
  /** Ends the process as if its time were up. */
  readonly signal: AbortSignal;
  /** Hears of each spec as it begins. */
  began?(name: string): void;
}

export interface SpecProcessEnd {
  readonly code: number | null;
  readonly output: string;
  /** The spec that ran last. */
  readonly last?: string;
  readonly timedOut: boolean;
}

/** Bytes of output that are kept: the last ones. */
const OUTPUT_LIMIT = 4_000_000;

/**
 * Runs one process of `e2e.test` with a time limit for each spec. A spec that takes longer is interrupted, so that it
 * cleans up; after `grace` the process and all that it started are killed. Nothing of it runs when this resolves.
 */
export function runSpecProcess(options: SpecProcessOptions): Promise<SpecProcessEnd> {
  const { command, args, env, names, specTimeout, grace, signal } = options;
  // A process group of its own: its kubectls end with it, and Ctrl-C reaches it only through us.
  const child = spawn(command, [...args], {
    detached: true,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let rest = "";
  let last: string | undefined;
  let timedOut = false;
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    clearTimeout(timer);
    killGroup(child, "SIGINT");
    timer = setTimeout(() => killGroup(child, "SIGKILL"), grace);
  };
  const restart = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      timedOut = true;
      end();
    }, specTimeout);
  };
  const heard = (chunk: string): void => {
    output = (output + chunk).slice(-OUTPUT_LIMIT);
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    const name = lines.map((line) => specOf(line, names)).findLast((each) => each !== undefined);
    if (name === undefined || name === last || timedOut || signal.aborted) return;
    last = name;
    options.began?.(name);
    restart();
  };
  child.stdout.setEncoding("utf8").on("data", heard);
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    output = (output + chunk).slice(-OUTPUT_LIMIT);
  });
  restart();
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  return new Promise((resolve) => {
    const finish = (code: number | null): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      killGroup(child, "SIGKILL"); // what outlived its parent
      resolve({ code, output, timedOut, ...(last === undefined ? {} : { last }) });
    };
    child.on("error", (error) => {
      output += `${error.message}\n`;
      finish(null);
    });
    child.on("exit", finish);
  });
}

/** A spec's name stands at the beginning of a line, followed by its labels. */
function specOf(line: string, names: ReadonlySet<string>): string | undefined {
  const text = line.trim();
  return text.startsWith("[sig-")
    ? [...names].find((name) => text === name || text.startsWith(`${name} [`))
    : undefined;
}

function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as { code?: string }).code !== "ESRCH") throw error; // it has ended
  }
}
