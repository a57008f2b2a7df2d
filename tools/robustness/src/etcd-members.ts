import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { CodedError } from "@pinnace/errors";
import type { Random } from "./random.ts";

const MEMBERS = 3;
/** Milliseconds: members on one machine need not wait long for each other. */
const HEARTBEAT = 50;
const ELECTION = 500;
/** The longest time that a member stands still or is away, milliseconds: longer than it takes to elect another leader. */
export const ABSENCE = 1500;

/** Three members of an etcd on loopback. */
export class Members {
  readonly endpoints: readonly string[];
  /** Why a member could not be started. */
  #failure: string | undefined;
  readonly #program: string;
  readonly #directory: string;
  readonly #peers: readonly string[];
  readonly #processes: (ChildProcess | undefined)[] = [];

  private constructor(program: string, directory: string, ports: readonly number[]) {
    const urls = ports.map((port) => `http://127.0.0.1:${port}`);
    this.endpoints = urls.slice(0, MEMBERS);
    this.#peers = urls.slice(MEMBERS);
    this.#program = program;
    this.#directory = directory;
  }

  /** `program` is a path, or a name on PATH. */
  static async start(program: string, directory: string): Promise<Members> {
    const members = new Members(program, directory, await freePorts(2 * MEMBERS));
    for (let member = 0; member < MEMBERS; member += 1) members.run(member);
    return members;
  }

  /** Kills a member or lets it stand still for a while. Resolves to what was done. */
  async disturb(random: Random): Promise<string> {
    const member = random.below(MEMBERS);
    const absence = random.below(ABSENCE);
    if (random.chance(0.5)) {
      await this.kill(member);
      await pause(absence);
      this.run(member);
      return "kill of a member";
    }
    this.signal(member, "SIGSTOP");
    await pause(absence);
    this.signal(member, "SIGCONT");
    return "pause of a member";
  }

  /** `NO_ETCD` when it is because there is no such program, otherwise the error itself. */
  explain(cause: unknown): unknown {
    if (this.#failure === undefined) return cause;
    return new CodedError("NO_ETCD", `${this.#program} cannot be started: ${this.#failure}`, {
      cause,
      remedy: "apt-get install etcd-server, or name another one with --etcd",
    });
  }

  run(member: number): void {
    const [client, peer] = [this.endpoints[member], this.#peers[member]];
    const flags = {
      name: `m${member}`,
      "data-dir": join(this.#directory, `m${member}`),
      "listen-client-urls": client,
      "advertise-client-urls": client,
      "listen-peer-urls": peer,
      "initial-advertise-peer-urls": peer,
      "initial-cluster": this.#peers.map((url, index) => `m${index}=${url}`).join(","),
      "heartbeat-interval": HEARTBEAT,
      "election-timeout": ELECTION,
      "log-level": "error",
    };
    const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
    const child = spawn(this.#program, args, { stdio: "ignore" });
    child.on("error", ({ message }) => {
      this.#failure = message;
    });
    this.#processes[member] = child;
  }

  signal(member: number, signal: NodeJS.Signals): void {
    this.#processes[member]?.kill(signal);
  }

  async kill(member: number): Promise<void> {
    const child = this.#processes[member];
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    child.kill("SIGCONT");
    await gone;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.map((_, member) => this.kill(member)));
  }
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
