import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { createRealClock } from "@pinnace/clock";
import { CodedError } from "@pinnace/errors";
import type { Store } from "@pinnace/store";
import { openEtcdStore } from "@pinnace/store-etcd";
import type { Random } from "./random.ts";
import type { Subject } from "./run.ts";
import { Wire } from "./wire.ts";

const MEMBERS = 3;
/** Milliseconds: members on one machine need not wait long for each other. */
const HEARTBEAT = 50;
const ELECTION = 500;
/** The longest time that a member stands still or is away, milliseconds: longer than it takes to elect another leader. */
const ABSENCE = 1500;

interface EtcdSubjectOptions {
  readonly directory: string;
  /** Path of the program, or its name on PATH. */
  readonly program: string;
}

/**
 * Three members of an etcd on loopback, one of which at a time is killed or stands still, or requests or answers of all are
 * lost. Rejects with `NO_ETCD`.
 */
export async function startEtcdSubject({ directory, program }: EtcdSubjectOptions): Promise<Subject> {
  const members = new Members(program, directory, await freePorts(2 * MEMBERS));
  const wires = members.endpoints.map((url) => new Wire(url));
  try {
    members.start();
    const endpoints = await Promise.all(wires.map((wire) => wire.open()));
    const store = await openEtcdStore({ endpoints, clock: createRealClock(), requestTimeout: 20_000 });
    await store.revision();
    return new EtcdSubject(members, wires, store);
  } catch (cause) {
    await Promise.all(wires.map((wire) => wire.close()));
    await members.stop();
    if (members.failure === undefined) throw cause;
    throw new CodedError("NO_ETCD", `${program} cannot be started: ${members.failure}`, {
      cause,
      remedy: "apt-get install etcd-server, or name another one with --etcd",
    });
  }
}

class EtcdSubject implements Subject {
  readonly store: Store;
  /** What is only `UNAVAILABLE` did not happen. */
  readonly doubtful: readonly string[] = ["OUTCOME_UNKNOWN"];
  readonly #members: Members;
  readonly #wires: readonly Wire[];

  constructor(members: Members, wires: readonly Wire[], store: Store) {
    this.#members = members;
    this.#wires = wires;
    this.store = store;
  }

  async disturb(random: Random): Promise<string> {
    const member = random.below(MEMBERS);
    const absence = random.below(ABSENCE);
    const what = random.pick(["kill of a member", "pause of a member", "loss of requests", "loss of answers"] as const);
    if (what === "kill of a member") {
      await this.#members.kill(member);
      await pause(absence);
      this.#members.run(member);
    } else if (what === "pause of a member") {
      this.#members.signal(member, "SIGSTOP");
      await pause(absence);
      this.#members.signal(member, "SIGCONT");
    } else {
      // Of all members, for the client uses one as long as it answers.
      for (const wire of this.#wires) wire.lose(what === "loss of requests" ? "requests" : "answers");
      await pause(absence / 4);
      for (const wire of this.#wires) wire.cut();
    }
    return what;
  }

  async settle(): Promise<void> {
    await this.store.revision();
  }

  async stop(): Promise<void> {
    await this.store.close();
    await Promise.all(this.#wires.map((wire) => wire.close()));
    await this.#members.stop();
  }
}

class Members {
  readonly endpoints: readonly string[];
  /** Why a member could not be started. */
  failure: string | undefined;
  readonly #program: string;
  readonly #directory: string;
  readonly #peers: readonly string[];
  readonly #processes: (ChildProcess | undefined)[] = [];

  constructor(program: string, directory: string, ports: readonly number[]) {
    const urls = ports.map((port) => `http://127.0.0.1:${port}`);
    this.endpoints = urls.slice(0, MEMBERS);
    this.#peers = urls.slice(MEMBERS);
    this.#program = program;
    this.#directory = directory;
  }

  start(): void {
    for (let member = 0; member < MEMBERS; member += 1) this.run(member);
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
      this.failure = message;
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

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
