import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { launchEtcd } from "../peers/etcd.ts";
import type { Engine, OpenEngine } from "./engine.ts";

const CONNECTIONS = 4;
const HEADERS = {
  ":method": "POST",
  ":path": "/etcdserverpb.KV/Put",
  "content-type": "application/grpc",
  te: "trailers",
};

/**
 * etcd, one member, over gRPC without TLS. The calls are written onto HTTP/2 by hand: a client library for gRPC costs a
 * core before etcd does.
 */
export function etcdEngine(program: string | undefined): OpenEngine {
  return async (directory) => {
    if (program === undefined) return undefined;
    const server = await launchEtcd(program, directory);
    await server.ready();
    const { put, close } = etcdPuts(server.url);
    return {
      put,
      close: async () => {
        await close();
        await server.stop();
      },
    };
  };
}

/** Puts into an etcd that is running. */
export function etcdPuts(url: string): Engine {
  const connections = Array.from({ length: CONNECTIONS }, () => connectHttp2(url));
  let next = 0;
  return {
    put: (key, value) => putOver(connections[next++ % CONNECTIONS]!, key, value),
    close: async () => {
      for (const connection of connections) connection.close();
    },
  };
}

/** Resolves when etcd says that the put is durable. */
function putOver(connection: ClientHttp2Session, key: string, value: Uint8Array): Promise<void> {
  // message PutRequest { bytes key = 1; bytes value = 2; }
  const message = grpcMessage(Buffer.concat([field(1, Buffer.from(key)), field(2, value)]));
  return new Promise((resolve, reject) => {
    const stream = connection.request(HEADERS);
    stream.on("trailers", ({ "grpc-status": status, "grpc-message": text }) => {
      if (status === "0") resolve();
      else reject(new Error(`etcd refused a put: ${text}`));
    });
    stream.on("error", reject);
    stream.resume();
    stream.end(message);
  });
}

/** A message as gRPC sends it: uncompressed, with its length in front. */
export function grpcMessage(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** A protobuf field of bytes. */
export function field(number: number, bytes: Uint8Array): Buffer {
  const head = [(number << 3) | 2];
  let length = bytes.length;
  for (; length > 127; length >>>= 7) head.push((length & 127) | 128);
  head.push(length);
  return Buffer.concat([Buffer.from(head), bytes]);
}
