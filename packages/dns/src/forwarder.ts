import { createSocket } from "node:dgram";
import { connect } from "node:net";
import type { Clock } from "@pinnace/clock";
import { CodedError } from "@pinnace/errors";
import type { Forward } from "./resolver.ts";
import { frameTcp, TcpFrames } from "./tcp-frames.ts";

interface ForwarderOptions {
  /** `address` or `address:port` (IPv6 in brackets), tried in order. */
  readonly servers: readonly string[];
  readonly clock: Clock;
  /** Milliseconds to wait for each server; default 2,000. */
  readonly timeout?: number;
}

/** Asks other resolvers, one after the other. Rejects with `NO_RESOLVER` when none answers. */
export function createForwarder({ servers, clock, timeout = 2_000 }: ForwarderOptions): Forward {
  return async (message, protocol) => {
    for (const server of servers) {
      const { host, port } = parseServer(server);
      const ask = protocol === "udp" ? askUdp : askTcp;
      const answer = await ask(host, port, message, clock, timeout);
      if (answer !== undefined) return answer;
    }
    throw new CodedError("NO_RESOLVER", `no resolver of ${servers.join(", ") || "none"} answered`);
  };
}

function parseServer(server: string): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+|[0-9a-f:]+?))(?::(\d+))?$/i.exec(server) ?? [];
  return { host: bracketed ?? plain ?? server, port: port === undefined ? 53 : Number(port) };
}

function askUdp(
  host: string,
  port: number,
  message: Uint8Array,
  clock: Clock,
  timeout: number,
): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    const finish = (answer: Uint8Array | undefined): void => {
      timer.cancel();
      socket.close();
      resolve(answer);
    };
    const timer = clock.setTimeout(() => finish(undefined), timeout);
    socket.once("error", () => finish(undefined));
    socket.on("message", (answer) => {
      if (answer.length > 2 && answer[0] === message[0] && answer[1] === message[1]) finish(answer);
    });
    // Connected, so that only this server's datagrams arrive.
    socket.connect(port, host, () => socket.send(message));
  });
}

function askTcp(
  host: string,
  port: number,
  message: Uint8Array,
  clock: Clock,
  timeout: number,
): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const frames = new TcpFrames();
    const finish = (answer: Uint8Array | undefined): void => {
      timer.cancel();
      socket.destroy();
      resolve(answer);
    };
    const timer = clock.setTimeout(() => finish(undefined), timeout);
    socket.once("error", () => finish(undefined));
    socket.once("close", () => finish(undefined));
    socket.on("data", (chunk) => {
      const [answer] = frames.add(chunk);
      if (answer !== undefined) finish(answer);
    });
    socket.write(frameTcp(message));
  });
}
