import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { Client, credentials } from "@grpc/grpc-js";
import type { OpenEngine } from "./engine.ts";

const CONNECTIONS = 4;

/** etcd from PATH, one member, over gRPC without TLS. */
export const openEtcd: OpenEngine = async (directory) => {
  if (spawnSync("etcd", ["--version"]).error !== undefined) return undefined;
  const [client, peer] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  const server = spawn("etcd", argumentsOf(directory, client, peer), { stdio: "ignore" });
  const connections = Array.from({ length: CONNECTIONS }, () => connect(client));
  await Promise.all(connections.map(ready));
  let next = 0;
  return {
    put: (key, value) => putOver(connections[next++ % CONNECTIONS]!, key, value),
    close: async () => {
      for (const connection of connections) connection.close();
      server.kill();
      await once(server, "exit");
    },
  };
};

function argumentsOf(directory: string, client: string, peer: string): string[] {
  const urls = ["--listen-client-urls", `http://${client}`, "--advertise-client-urls", `http://${client}`];
  const peers = ["--listen-peer-urls", `http://${peer}`, "--initial-advertise-peer-urls", `http://${peer}`];
  return [
    "--data-dir",
    directory,
    ...urls,
    ...peers,
    "--initial-cluster",
    `default=http://${peer}`,
    "--log-level",
    "error",
  ];
}

function connect(address: string): Client {
  return new Client(address, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
}

function ready(connection: Client): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.waitForReady(Date.now() + 10_000, (error) => (error === undefined ? resolve() : reject(error)));
  });
}

function putOver(connection: Client, key: string, value: Uint8Array): Promise<void> {
  // message PutRequest { bytes key = 1; bytes value = 2; }
  const request = Buffer.concat([field(1, Buffer.from(key)), field(2, value)]);
  const same = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve, reject) => {
    connection.makeUnaryRequest("/etcdserverpb.KV/Put", same, same, request, (error) =>
      error === null ? resolve() : reject(error),
    );
  });
}

/** A protobuf field of bytes. */
function field(number: number, bytes: Uint8Array): Buffer {
  const head = [(number << 3) | 2];
  let length = bytes.length;
  for (; length > 127; length >>>= 7) head.push((length & 127) | 128);
  head.push(length);
  return Buffer.concat([Buffer.from(head), bytes]);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
