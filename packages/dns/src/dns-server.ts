import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { InformerFactory } from "@pinnace/client";
import type { Clock } from "@pinnace/clock";
import { CodedError, messageOf } from "@pinnace/errors";
import { type Logger, silentLogger } from "@pinnace/logging";
import type { MetricRegistry } from "@pinnace/metrics";
import { createClusterView } from "./cluster-view.ts";
import { createForwarder } from "./forwarder.ts";
import { createResolver, type Outcome } from "./resolver.ts";
import { frameTcp, TcpFrames } from "./tcp-frames.ts";

export interface DnsServerComponents {
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly logger?: Logger;
  readonly metrics?: MetricRegistry;
}

export interface DnsServerOptions {
  /** The cluster's domain; default `cluster.local`. */
  readonly domain?: string;
  /** The address to listen on; default `127.0.0.1`. */
  readonly address?: string;
  /** The port for UDP and TCP; 0 (the default) takes a free one. */
  readonly port?: number;
  /** Resolvers for every other name, tried in order. None: such names get SERVFAIL. */
  readonly upstream?: readonly string[];
  /** Milliseconds after which an idle TCP connection is closed; default 10,000. */
  readonly idleTimeout?: number;
}

/** A DNS server for the names of a cluster. */
export interface DnsServer {
  /**
   * Listens once the caches are filled. Rejects with `LISTEN_FAILED`, which names the address.
   */
  start(): Promise<{ readonly address: string; readonly port: number }>;
  /** Ends all connections; idempotent. */
  stop(): Promise<void>;
}

type Resolve = (message: Uint8Array, protocol: "udp" | "tcp") => Promise<Outcome>;

const MAX_TCP_CONNECTIONS = 512;

/** Makes a server; it does nothing until it is started. */
export function createDnsServer(components: DnsServerComponents, options: DnsServerOptions = {}): DnsServer {
  const { informers, clock, logger = silentLogger } = components;
  const { domain = "cluster.local", address = "127.0.0.1", port = 0, upstream = [], idleTimeout = 10_000 } = options;
  const stopping = new AbortController();
  let udp: UdpSocket | undefined;
  let tcp: Server | undefined;
  const connections = new Set<Socket>();
  return {
    async start() {
      const view = createClusterView(informers);
      await view.whenSynced(stopping.signal);
      const forward = createForwarder({ servers: upstream, clock });
      const resolve = measured(createResolver({ view, domain: domain.toLowerCase(), forward }), components);
      try {
        tcp = await listenTcp(address, port, resolve, connections, idleTimeout);
        const bound = (tcp.address() as AddressInfo).port;
        udp = await listenUdp(address, bound, resolve, logger);
        return { address, port: bound };
      } catch (cause) {
        tcp?.close();
        throw new CodedError(
          "LISTEN_FAILED",
          `the DNS server cannot listen on ${address}:${port}: ${messageOf(cause)}`,
          { cause },
        );
      }
    },
    async stop() {
      stopping.abort(new CodedError("STOPPED", "the DNS server was stopped"));
      for (const connection of connections) connection.destroy();
      await Promise.all([udp, tcp].map((server) => server && new Promise<void>((done) => server.close(() => done()))));
      [udp, tcp] = [undefined, undefined];
    },
  };
}

/** Counts answers under CoreDNS's metric names, so that its dashboards work. */
function measured(resolve: Resolve, { clock, metrics }: DnsServerComponents): Resolve {
  if (metrics === undefined) return resolve;
  const answers = metrics.counter({
    name: "coredns_dns_responses_total",
    help: "Answers by response code.",
    labelNames: ["rcode"],
  });
  const duration = metrics.histogram({
    name: "coredns_dns_request_duration_seconds",
    help: "Time to answer, by record type.",
    labelNames: ["type"],
    buckets: [
      0.00025, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.024, 2.048, 4.096, 8.192,
    ],
  });
  return async (message, protocol) => {
    const started = clock.now();
    const outcome = await resolve(message, protocol);
    answers.inc({ rcode: outcome.result });
    duration.observe((clock.now() - started) / 1_000, { type: outcome.type });
    return outcome;
  };
}

async function listenUdp(address: string, port: number, resolve: Resolve, logger: Logger): Promise<UdpSocket> {
  const socket = createSocket({ type: address.includes(":") ? "udp6" : "udp4" });
  socket.bind(port, address);
  await once(socket, "listening");
  socket.on("error", (error) => logger.warn("DNS over UDP failed", { error }));
  socket.on("message", (message, peer) => {
    void resolve(message, "udp").then(({ bytes }) => {
      if (bytes === undefined) return;
      socket.send(bytes, peer.port, peer.address, (error) => {
        if (error !== null) logger.debug("a DNS answer could not be sent", { error, peer: peer.address });
      });
    });
  });
  return socket;
}

async function listenTcp(
  address: string,
  port: number,
  resolve: Resolve,
  connections: Set<Socket>,
  idleTimeout: number,
): Promise<Server> {
  const server = createServer((socket) => {
    connections.add(socket);
    socket.setTimeout(idleTimeout, () => socket.destroy());
    socket.on("close", () => connections.delete(socket));
    socket.on("error", () => socket.destroy());
    const frames = new TcpFrames();
    socket.on("data", (chunk) => {
      for (const message of frames.add(chunk)) {
        void resolve(message, "tcp").then(({ bytes }) => bytes && socket.writable && socket.write(frameTcp(bytes)));
      }
    });
  });
  server.maxConnections = MAX_TCP_CONNECTIONS;
  server.listen(port, address);
  await once(server, "listening");
  return server;
}
