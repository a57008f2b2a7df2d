import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import "reflect-metadata";
import { CONFIG_MAPS, SERVICES, type Service } from "@pinnace/api";
import { createRealClock } from "@pinnace/clock";
import { type Cluster, startCluster } from "@pinnace/cluster";
import { openEtcdStore } from "@pinnace/store-etcd";
import { expect, it, onTestFinished } from "vitest";

const ETCD = process.env.PINNACE_ETCD ?? "etcd";
const missing = spawnSync(ETCD, ["--version"]).status !== 0;
const clock = createRealClock();
const LIMIT = 120_000;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  await once(server.close(), "close");
  return port;
}

/** Starts an etcd of one member; resolves to its URL. */
async function startEtcd(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "pinnace-etcd-"));
  const [client, peer] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
  const flags = {
    "data-dir": directory,
    "listen-client-urls": client,
    "advertise-client-urls": client,
    "listen-peer-urls": peer,
    "initial-advertise-peer-urls": peer,
    "initial-cluster": `default=${peer}`,
    "log-level": "error",
  };
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  const child: ChildProcess = spawn(ETCD, args, { stdio: "ignore" });
  const kill = (): boolean => child.kill("SIGKILL");
  process.once("exit", kill);
  onTestFinished(async () => {
    const exited = once(child, "exit");
    kill();
    await exited;
    await rm(directory, { recursive: true, force: true });
  });
  return client;
}

async function start(url: string, identity: string): Promise<Cluster> {
  const store = await openEtcdStore({ endpoints: [url], clock, requestTimeout: 20_000 });
  const cluster = await startCluster({
    ...{ store, clock, nodes: 0 },
    leaderElection: { identity, onLost: () => undefined },
    apiServer: { sharedStore: true },
  });
  onTestFinished(() => cluster.stop());
  return cluster;
}

const nodePort = (name: string): Service => ({
  metadata: { name },
  spec: { type: "NodePort", ports: [{ port: 80 }] },
});

it.skipIf(missing)(
  "shows on every API server at once what another one has acknowledged, and gives addresses and ports once",
  async () => {
    const url = await startEtcd();
    const clusters = await Promise.all([start(url, "one"), start(url, "two")]);
    const [one, two] = clusters.map(({ client }) => client.resource(CONFIG_MAPS).namespace("default"));
    for (let round = 0; round < 50; round++) {
      const [writer, reader] = round % 2 === 0 ? [one!, two!] : [two!, one!];
      const { metadata } = await writer.create({ metadata: { name: `c${round}` } });
      expect((await reader.get(`c${round}`)).metadata?.uid).toBe(metadata?.uid);
      const { items } = await reader.list();
      expect(items.some((item) => item.metadata?.name === `c${round}`)).toBe(true);
    }

    // Another store on the same etcd moves its revision on, and no event of these servers shows it.
    const other = await openEtcdStore({ endpoints: [url], clock, prefix: "/other" });
    onTestFinished(() => other.close());
    for (let round = 0; round < 5; round++) {
      await other.commit({ when: [], then: [{ type: "put", key: "/x", value: { bytes: () => new Uint8Array(1) } }] });
      expect((await two!.get("c1")).metadata?.name).toBe("c1");
    }

    const create = async (index: number): Promise<Service> =>
      clusters[index % 2]!.client.resource(SERVICES)
        .namespace("default")
        .create(nodePort(`s${index}`));
    const services = await Promise.all(Array.from({ length: 40 }, (_, index) => create(index)));
    expect(new Set(services.map(({ spec }) => spec?.clusterIP)).size).toBe(40);
    expect(new Set(services.map(({ spec }) => spec?.ports?.[0]?.nodePort)).size).toBe(40);
  },
  LIMIT,
);
