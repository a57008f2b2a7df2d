import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { CodedError } from "@pinnace/errors";
import { FAILPOINTS } from "@pinnace/store-log";
import { build } from "esbuild";
import { OPTIONS, type ProcessOptions, type Reply } from "./protocol.ts";
import type { Random } from "./random.ts";
import { RemoteStore } from "./remote-store.ts";
import type { Subject } from "./run.ts";

/** How a disturbance comes about. */
export type Means = "kill" | "pause" | "failpoint kill" | "failpoint pause";

const MEANS: readonly Means[] = ["kill", "pause", "failpoint kill", "failpoint pause"];

interface LogSubjectOptions {
  /** Where the store's files are, and the program that serves them. */
  readonly directory: string;
  readonly means?: readonly Means[];
  readonly failpoints?: readonly string[];
  readonly historyLimit?: number;
  /** Small, so that checkpoints are common. */
  readonly checkpointAfter?: number;
}

/** How long a failpoint may take to be reached before the process is killed all the same, milliseconds. */
const PATIENCE = 300;
const PAUSE = 60;

/** An embedded store in a process of its own. */
export async function startLogSubject(options: LogSubjectOptions): Promise<Subject> {
  const program = join(options.directory, "store-process.mjs");
  await build({
    entryPoints: [join(import.meta.dirname, "store-process.ts")],
    outfile: program,
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["@pinnace/source"],
    logLevel: "silent",
  });
  const subject = new LogSubject(program, options);
  await subject.start(undefined);
  return subject;
}

class LogSubject implements Subject {
  readonly store = new RemoteStore();
  readonly #program: string;
  readonly #options: LogSubjectOptions;
  #child: ChildProcess | undefined;
  #failpoint: ProcessOptions["failpoint"];

  constructor(program: string, options: LogSubjectOptions) {
    this.#program = program;
    this.#options = options;
  }

  /** Starts the process until one comes to serve: at a failpoint of the opening it may end before. */
  async start(failpoint: ProcessOptions["failpoint"]): Promise<void> {
    const { directory, historyLimit = 300, checkpointAfter = 8192 } = this.#options;
    const options: ProcessOptions = {
      directory: join(directory, "store"),
      historyLimit,
      checkpointAfter,
      ...(failpoint === undefined ? {} : { failpoint }),
    };
    const child = fork(this.#program, { env: { ...process.env, [OPTIONS]: JSON.stringify(options) }, execArgv: [] });
    this.#child = child;
    this.#failpoint = failpoint;
    if (failpoint?.action === "stop") {
      const waking = setInterval(() => child.kill("SIGCONT"), PAUSE);
      child.once("exit", () => clearInterval(waking));
    }
    const first = await Promise.race([
      once(child, "message").then(([reply]) => reply as Reply),
      once(child, "exit").then(() => undefined),
    ]);
    if (first === undefined) return this.start(undefined);
    if (first.type === "failed")
      throw new CodedError("STORE_FAILED", `the store did not open: ${first.code}: ${first.message}`);
    this.store.attach(child);
  }

  async disturb(random: Random): Promise<string> {
    const means = random.pick(this.#options.means ?? MEANS);
    const child = this.#child as ChildProcess;
    if (means === "pause" && this.#failpoint === undefined) {
      child.kill("SIGSTOP");
      await pause(random.below(PAUSE));
      child.kill("SIGCONT");
      return "pause";
    }
    const what = this.#failpoint === undefined ? "kill" : await this.#atFailpoint(child, this.#failpoint);
    if (what.startsWith("pause")) return what;
    await this.#kill();
    await this.start(means === "kill" || means === "pause" ? undefined : this.#chooseFailpoint(random, means));
    return what;
  }

  #chooseFailpoint(random: Random, means: Means): NonNullable<ProcessOptions["failpoint"]> {
    const name = random.pick(this.#options.failpoints ?? FAILPOINTS);
    const often = name.endsWith("Append");
    return { name, passes: random.below(often ? 20 : 2), action: means === "failpoint kill" ? "kill" : "stop" };
  }

  /** Waits until the process comes to its failpoint; one that does not is killed wherever it is. */
  async #atFailpoint(child: ChildProcess, failpoint: NonNullable<ProcessOptions["failpoint"]>): Promise<string> {
    if (failpoint.action === "stop") {
      await pause(PATIENCE / 3);
      this.#failpoint = undefined;
      return `pause at ${failpoint.name}`;
    }
    if (isGone(child)) return `kill at ${failpoint.name}`;
    const gone = once(child, "exit").then(() => true);
    const reached = await Promise.race([gone, pause(PATIENCE).then(() => false)]);
    return reached ? `kill at ${failpoint.name}` : "kill";
  }

  async settle(): Promise<void> {
    if (this.#failpoint !== undefined) await this.#kill();
    if (isGone(this.#child)) await this.start(undefined);
  }

  async stop(): Promise<void> {
    if (!isGone(this.#child)) await this.store.close().catch(() => undefined); // it is killed next
    await this.#kill();
  }

  async #kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || isGone(child)) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    child.kill("SIGCONT");
    await gone;
  }
}

function isGone(child: ChildProcess | undefined): boolean {
  return child === undefined || child.exitCode !== null || child.signalCode !== null;
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
