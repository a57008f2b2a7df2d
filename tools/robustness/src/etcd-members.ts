import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { CodedError } from "@pinnace/errors";
import type { Random } from "./random.ts";
import { Wire } from "./wire.ts";

const MEMBERS = 3;
/** Milliseconds: members on one machine need not wait long for each other. */
const HEARTBEAT = 50;
const ELECTION = 500;
/** The longest time that a member stands still or is away, milliseconds: longer than it takes to elect another leader. */
const ABSENCE = 1500;

interface MembersOptions {
  readonly program: string;
  readonly directory: string;
  readonly peers: readonly string[];
}

/** Three members of an etcd on loopback, and the lines that lead to them. */
export class Members {
  /** What clients connect to. */
  readonly endpoints: readonly string[];
  readonly #urls: readonly string[];
  readonly #wires: readonly Wire[];
  /** Why a member could not be started. */
  #failure: string | undefined;
  readonly #program: string;
  readonly #directory: string;
  readonly #peers: readonly string[];
  readonly #processes: (ChildProcess | undefined)[] = [];

  private constructor(
    options: MembersOptions,
    urls: readonly string[],
    wires: readonly Wire[],
    lines: readonly string[],
  ) {
    this.endpoints = lines;
    this.#urls = urls;
    this.#wires = wires;
    this.#peers = options.peers;
    this.#program = options.program;
    this.#directory = options.directory;
  }

  /** `program` is a path, or a name on PATH. */
  static async start(program: string, directory: string): Promise<Members> {
    const ports = await freePorts(2 * MEMBERS);
    const all = ports.map((port) => `http://127.0.0.1:${port}`);
    const [urls, peers] = [all.slice(0, MEMBERS), all.slice(MEMBERS)];
    const wires = urls.map((url) => new Wire(url));
    const lines = await Promise.all(wires.map((wire) => wire.open()));
    const members = new Members({ program, directory, peers }, urls, wires, lines);
    for (let member = 0; member < MEMBERS; member += 1) members.#run(member);
    return members;
  }

  /**
   * Kills a member or lets it stand still for a while, or loses what goes to all or comes from them before it cuts the
   * connections. Resolves to what was done.
   */
  async disturb(random: Random): Promise<string> {
    const member = random.below(MEMBERS);
    const absence = random.below(ABSENCE);
    const what = random.pick(["kill of a member", "pause of a member", "loss of requests", "loss of answers"] as const);
    if (what === "kill of a member") {
      await this.#kill(member);
      await pause(absence);
      this.#run(member);
    } else if (what === "pause of a member") {
      this.#signal(member, "SIGSTOP");
      await pause(absence);
      this.#signal(member, "SIGCONT");
    } else {
      // Of all members, for a client uses one as long as it answers.
      for (const wire of this.#wires) wire.lose(what === "loss of requests" ? "requests" : "answers");
      await pause(absence / 4);
      for (const wire of this.#wires) wire.cut();
    }
    return what;
  }

  /** `NO_ETCD` when it is because there is no such program, otherwise the error itself. */
  explain(cause: unknown): unknown {
    if (this.#failure === undefined) return cause;
    return new CodedError("NO_ETCD", `${this.#program} cannot be started: ${this.#failure}`, {
      cause,
      remedy: "apt-get install etcd-server, or name another one with --etcd",
    });
  }

  #run(member: number): void {
    const [client, peer] = [this.#urls[member], this.#peers[member]];
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

  #signal(member: number, signal: NodeJS.Signals): void {
    this.#processes[member]?.kill(signal);
  }

  async #kill(member: number): Promise<void> {
    const child = this.#processes[member];
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    child.kill("SIGCONT");
    await gone;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#wires.map((wire) => wire.close()));
    await Promise.all(this.#processes.map((_, member) => this.#kill(member)));
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
