import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Transport } from "@pinnace/client";
import { StoreError } from "@pinnace/store";
import { ApiServerProcess } from "./api-server-process.ts";
import { ApiStore } from "./api-store.ts";
import { NAMESPACES } from "./config-maps.ts";
import { Members, pause } from "./etcd-members.ts";
import type { Random } from "./random.ts";
import type { Subject } from "./run.ts";

/** The longest time that a server stands still, milliseconds: shorter than a leader may go without renewing its lease. */
const STANDSTILL = 1_500;

interface ApiSubjectOptions {
  readonly directory: string;
  readonly engine: "log" | "etcd";
  /** The program etcd. */
  readonly program: string;
  readonly random: Random;
}

/**
 * `pinnace up` on its own store, or two of them on three members of an etcd, one process of which at a time is killed or
 * stands still. Clients reach any of them over HTTPS.
 */
export async function startApiSubject({ directory, engine, program, random }: ApiSubjectOptions): Promise<Subject> {
  const members = engine === "etcd" ? await Members.start(program, directory) : undefined;
  const flags = members === undefined ? [] : ["--etcd-servers", members.endpoints.join(",")];
  const names = members === undefined ? ["api"] : ["api-0", "api-1"];
  const servers = names.map((name) => new ApiServerProcess(join(directory, name), flags));
  const subject = new ApiSubject(servers, members, random);
  try {
    await subject.start();
    return subject;
  } catch (cause) {
    await subject.stop();
    throw members?.explain(cause) ?? cause;
  }
}

class ApiSubject implements Subject {
  readonly store: ApiStore;
  readonly doubtful: readonly string[] = ["OUTCOME_UNKNOWN"];
  readonly #servers: readonly ApiServerProcess[];
  readonly #members: Members | undefined;
  #isStopped = false;

  constructor(servers: readonly ApiServerProcess[], members: Members | undefined, random: Random) {
    this.#servers = servers;
    this.#members = members;
    this.store = new ApiStore(() => this.#anyServer(random));
  }

  /** The servers share the keys of the first one. */
  async start(): Promise<void> {
    const [first, ...others] = this.#servers as [ApiServerProcess, ...ApiServerProcess[]];
    await first.start();
    for (const other of others) {
      mkdirSync(other.dataDirectory);
      cpSync(join(first.dataDirectory, "pki"), join(other.dataDirectory, "pki"), { recursive: true });
      await other.start();
    }
    for (const name of NAMESPACES) await createNamespace(await this.#anyServer(), name);
  }

  async disturb(random: Random): Promise<string> {
    await this.#revive();
    if (this.#members !== undefined && random.chance(0.5)) return this.#members.disturb(random);
    const server = random.pick(this.#servers);
    if (random.chance(0.5)) {
      await server.start();
      return "kill of an API server";
    }
    server.pause();
    await pause(random.below(STANDSTILL));
    server.resume();
    return "pause of an API server";
  }

  async settle(): Promise<void> {
    await this.#revive();
    await this.store.revision();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#servers.map((server) => server.kill()));
    await this.#members?.stop();
  }

  async #revive(): Promise<void> {
    for (const server of this.#servers) if (server.isGone) await server.start();
  }

  /** As a load balancer: the one that was chosen, or one that is there. */
  async #anyServer(random?: Random): Promise<Transport> {
    for (;;) {
      const there = this.#servers.flatMap(({ transport }) => (transport === undefined ? [] : [transport]));
      const [first] = there;
      if (first !== undefined) return random === undefined ? first : random.pick(there);
      if (this.#isStopped) throw new StoreError("CLOSED", "the servers are stopped");
      await pause(5);
    }
  }
}

async function createNamespace(server: Transport, name: string): Promise<void> {
  const { status } = await server.request({
    ...{ method: "POST", path: "/api/v1/namespaces", query: new URLSearchParams() },
    headers: { "content-type": "application/json", accept: "application/json" },
    signal: AbortSignal.timeout(10_000),
    body: { object: { apiVersion: "v1", kind: "Namespace", metadata: { name } } },
  });
  if (status !== 201) throw new Error(`namespace ${name} could not be created: ${status}`);
}
