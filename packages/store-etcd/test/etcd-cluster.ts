import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRealClock } from "@pinnace/clock";
import { openEtcdStore } from "../src/index.ts";

/** Debian's etcd, or the program that the environment names. */
const PROGRAM = process.env.PINNACE_ETCD ?? "etcd";

/** Why there are no tests on an etcd; undefined when there is one. */
export const ETCD_MISSING: string | undefined =
  spawnSync(PROGRAM, ["--version"]).status === 0 ? undefined : `needs ${PROGRAM} (apt-get install etcd-server)`;

/** Milliseconds. Members on one machine need not wait long for each other. */
const HEARTBEAT = 50;
const ELECTION = 500;

interface ClusterOptions {
  readonly members?: number;
  /** `https` URLs and the flags that make it so. */
  readonly tls?: readonly string[];
  readonly flags?: readonly string[];
}

/** Members of one etcd on this machine. */
export interface EtcdCluster {
  readonly endpoints: readonly string[];
  /** Sends a signal to a member; after SIGKILL resolves when it is gone. */
  signal(member: number, signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): Promise<void>;
  /** Starts a killed member again, with what it had. */
  restart(member: number): void;
  stop(): Promise<void>;
}

/** Starts an etcd and waits until it serves. */
export async function startEtcd({ members = 1, tls, flags = [] }: ClusterOptions = {}): Promise<EtcdCluster> {
  const directory = await mkdtemp(join(tmpdir(), "pinnace-etcd-"));
  const ports = await freePorts(2 * members);
  const scheme = tls === undefined ? "http" : "https";
  const endpoints = ports.slice(0, members).map((port) => `${scheme}://127.0.0.1:${port}`);
  const peers = ports.slice(members).map((port) => `http://127.0.0.1:${port}`);
  const run = (member: number): ChildProcess => {
    const child = spawn(
      PROGRAM,
      [
        `--name=m${member}`,
        `--data-dir=${join(directory, String(member))}`,
        ...["listen-client-urls", "advertise-client-urls"].map((flag) => `--${flag}=${endpoints[member]}`),
        ...["listen-peer-urls", "initial-advertise-peer-urls"].map((flag) => `--${flag}=${peers[member]}`),
        `--initial-cluster=${peers.map((url, index) => `m${index}=${url}`).join(",")}`,
        ...[`--heartbeat-interval=${HEARTBEAT}`, `--election-timeout=${ELECTION}`, "--unsafe-no-fsync"],
        ...["--log-level=error", ...(tls ?? []), ...flags],
      ],
      { stdio: "ignore" },
    );
    running.add(child);
    child.once("exit", () => running.delete(child));
    return child;
  };
  const processes = endpoints.map((_, member) => run(member));
  const signal = async (member: number, name: "SIGKILL" | "SIGSTOP" | "SIGCONT"): Promise<void> => {
    const child = processes[member] as ChildProcess;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(name);
    if (name === "SIGKILL") await exited;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(processes.map((_, member) => signal(member, "SIGKILL")));
    await rm(directory, { recursive: true, force: true });
  };
  return {
    endpoints,
    signal,
    stop,
    restart: (member) => {
      processes[member] = run(member);
    },
  };
}

/** Waits until an etcd without certificates serves. */
export async function serving(cluster: EtcdCluster): Promise<EtcdCluster> {
  const store = await openEtcdStore({ endpoints: cluster.endpoints, clock: createRealClock(), requestTimeout: 20_000 });
  await store.revision();
  await store.close();
  return cluster;
}

/** Those of a test that does not come to its end must not stay behind. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Ports that were given out in this process: a member that is killed must find its own free again. */
const given = new Set<number>();

async function freePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    await once(server.close(), "close");
    if (given.has(port)) continue;
    given.add(port);
    ports.push(port);
  }
  return ports;
}
