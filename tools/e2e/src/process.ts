import { type ChildProcess, spawn } from "node:child_process";

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Milliseconds after which the process is killed and the run fails. Default 60,000. */
  readonly timeout?: number;
}

/** Runs a program to its end. Rejects only when it cannot be started or does not end in time. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, env: { ...process.env, ...options.env } });
    let stdout = "";
    let stderr = "";
    const limit = options.timeout ?? 60_000;
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${command} ${args.join(" ")} did not end within ${limit} ms\n${stdout}\n${stderr}`));
    }, limit);
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr });
    });
    child.stdin.on("error", () => undefined); // a program may end without reading what it is given
    child.stdin.end(options.stdin ?? "");
  });
}

/** A program that runs on, with what it has printed so far. */
export interface Background {
  readonly child: ChildProcess;
  output(): string;
  /** Resolves when the output matches; rejects when the program ends first or time is up. */
  waitFor(pattern: RegExp, timeout?: number): Promise<RegExpMatchArray>;
  /** Sends a signal and resolves with the exit code. */
  stop(signal?: NodeJS.Signals, timeout?: number): Promise<number | null>;
}

export function start(command: string, args: readonly string[], options: RunOptions = {}): Background {
  const child = spawn(command, args, { cwd: options.cwd, env: { ...process.env, ...options.env } });
  let text = "";
  const waiters = new Set<() => void>();
  const wake = (): void => {
    for (const waiter of [...waiters]) waiter();
  };
  const add = (chunk: unknown): void => {
    text += chunk;
    wake();
  };
  child.stdout.on("data", add);
  child.stderr.on("data", add);
  const ended = new Promise<number | null>((resolve) => {
    child.on("error", (error) => {
      add(error.message);
      resolve(-1);
    });
    child.on("close", (code) => resolve(code));
  });
  void ended.then(wake);
  return {
    child,
    output: () => text,
    waitFor: (pattern, timeout = 60_000) =>
      new Promise((resolve, reject) => {
        const finish = (settle: () => void): void => {
          waiters.delete(look);
          clearTimeout(timer);
          settle();
        };
        const look = (): void => {
          const match = text.match(pattern);
          if (match !== null) finish(() => resolve(match));
          else if (child.exitCode !== null) finish(() => reject(new Error(`ended before ${pattern}:\n${text}`)));
        };
        const timer = setTimeout(
          () => finish(() => reject(new Error(`no ${pattern} within ${timeout} ms:\n${text}`))),
          timeout,
        );
        waiters.add(look);
        look();
      }),
    async stop(signal = "SIGINT", timeout = 60_000) {
      if (child.exitCode === null) child.kill(signal);
      const timer = setTimeout(() => child.kill("SIGKILL"), timeout);
      const code = await ended;
      clearTimeout(timer);
      return code;
    },
  };
}

/** Polls until `check` resolves without throwing; rejects with its last error when time is up. */
export async function eventually<T>(check: () => Promise<T>, timeout = 60_000, period = 250): Promise<T> {
  const end = Date.now() + timeout;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, period));
  }
}
