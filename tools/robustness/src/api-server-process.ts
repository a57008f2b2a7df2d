import { join } from "node:path";
import type { Transport } from "@pinnace/client";
import { createKubeconfigTransport } from "@pinnace/client/node";
import { CodedError } from "@pinnace/errors";
import { connectionOf, loadKubeconfig } from "@pinnace/kubeconfig";
import { type Background, start } from "@pinnace-tools/e2e";

const ROOT = join(import.meta.dirname, "../../..");
/** `pinnace` from one bundle of its sources, which starts fast. */
const PINNACE = ["--conditions=@pinnace/source", join(ROOT, "tools/build/src/run-app.ts"), "apps/pinnace"];
/** Milliseconds. */
const START = 60_000;

/** `pinnace up` as a user starts it, which is killed and started again. */
export class ApiServerProcess {
  readonly dataDirectory: string;
  readonly #flags: readonly string[];
  #process: Background | undefined;
  #transport: Transport | undefined;

  /** `flags` are those that say where the objects are kept. */
  constructor(dataDirectory: string, flags: readonly string[]) {
    this.dataDirectory = dataDirectory;
    this.#flags = flags;
  }

  /** How clients reach it; undefined while it is away. */
  get transport(): Transport | undefined {
    return this.#transport;
  }

  /** Also when it ended by itself, as a leader does that cannot renew its lease. */
  get isGone(): boolean {
    const child = this.#process?.child;
    return child === undefined || child.exitCode !== null || child.signalCode !== null;
  }

  /** Resolves when it serves. Rejects with `PINNACE_FAILED` and what it has printed. */
  async start(): Promise<void> {
    await this.kill();
    const { dataDirectory } = this;
    const args = ["up", "--nodes", "0", "--port", "0", "--data-dir", dataDirectory, ...this.#flags];
    const process_ = start(process.execPath, [...PINNACE, ...args], { env: { HOME: dataDirectory } });
    this.#process = process_;
    const [, kubeconfig = ""] = await process_.waitFor(/export KUBECONFIG=(\S+)/, START).catch((cause: unknown) => {
      throw new CodedError("PINNACE_FAILED", `pinnace up did not start:\n${process_.output()}`, { cause });
    });
    this.#transport = createKubeconfigTransport(await connectionOf(await loadKubeconfig([kubeconfig])));
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    const transport = this.#transport;
    this.#transport = undefined;
    if (!this.isGone) {
      const gone = this.#process?.stop("SIGKILL");
      this.resume(); // a stopped process dies, too, but its parent may not hear of it
      await gone;
    }
    await transport?.close();
  }

  pause(): void {
    this.#process?.child.kill("SIGSTOP");
  }

  resume(): void {
    this.#process?.child.kill("SIGCONT");
  }
}
