import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createRealClock } from "@pinnace/clock";
import type { StreamExit, StreamIo } from "@pinnace/cri";
import { silentLogger } from "@pinnace/logging";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { StreamRequest } from "../src/contract.ts";
import { createStreamServer } from "../src/node/streaming/stream-server.ts";
import { parsePorts } from "../src/node/streaming/websocket-port-forward.ts";

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Answers the first chunk in capitals and ends. */
async function answer({ stdin, stdout }: StreamIo): Promise<StreamExit> {
  for await (const chunk of stdin) {
    stdout(Buffer.from(Buffer.from(chunk).toString().toUpperCase()));
    break;
  }
  return { exitCode: 0 };
}

const forwarding = (ports: readonly string[]): StreamRequest => ({
  kind: "portforward",
  ports,
  open: async ([port]) => ({
    session: port === 81 ? async () => ({ exitCode: 1, error: "connection refused" }) : answer,
  }),
});

async function listen(stream: StreamRequest): Promise<string> {
  const streams = createStreamServer({ clock: createRealClock(), logger: silentLogger });
  const server = createServer();
  servers.push(server);
  server.on("upgrade", (request, socket, head) => streams.serve({ request, socket, head }, stream));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Frames {
  readonly protocol: string;
  readonly channels: Readonly<Record<number, Buffer>>;
  readonly code: number;
}

/** Sends the messages and collects what comes on each channel until the server closes. */
function exchange(
  address: string,
  protocols: readonly string[],
  messages: readonly (Buffer | string)[],
): Promise<Frames> {
  const { promise, resolve, reject } = Promise.withResolvers<Frames>();
  const socket = new WebSocket(`ws://${address}/`, [...protocols]);
  const channels: Record<number, Buffer> = {};
  socket.on("open", () => {
    for (const message of messages) socket.send(message);
  });
  socket.on("message", (data: Buffer) => {
    const base64 = socket.protocol.includes("base64");
    const channel = base64 ? Number(data.toString()[0]) : (data[0] ?? -1);
    const rest = base64 ? Buffer.from(data.toString().slice(1), "base64") : data.subarray(1);
    channels[channel] = Buffer.concat([channels[channel] ?? Buffer.alloc(0), rest]);
  });
  socket.on("close", (code) => resolve({ protocol: socket.protocol, channels, code }));
  socket.on("error", reject);
  return promise;
}

describe("port-forward over WebSocket channels", () => {
  test("marks both channels of each port, then carries its bytes", async () => {
    const address = await listen(forwarding(["8080", "443"]));
    const messages = [Buffer.from("\0one"), Buffer.from("\x02two")];
    const { protocol, channels, code } = await exchange(address, ["v4.channel.k8s.io"], messages);
    expect([protocol, code]).toEqual(["v4.channel.k8s.io", 1000]);
    const mark = (port: number): Buffer => Buffer.of(port & 0xff, port >> 8);
    expect(channels).toEqual({
      0: Buffer.concat([mark(8080), Buffer.from("ONE")]),
      1: mark(8080),
      2: Buffer.concat([mark(443), Buffer.from("TWO")]),
      3: mark(443),
    });
  });

  test("says on the error channel why a port does not answer", async () => {
    const { channels } = await exchange(await listen(forwarding(["81"])), ["v4.channel.k8s.io"], []);
    expect(channels[1]?.subarray(2).toString()).toBe("error forwarding port 81 to pod: connection refused");
  });

  test("carries base64 texts where the client asks for them", async () => {
    const address = await listen(forwarding(["80"]));
    const message = `0${Buffer.from("text").toString("base64")}`;
    const { channels } = await exchange(address, ["v4.base64.channel.k8s.io"], [message]);
    expect(channels[0]?.subarray(2).toString()).toBe("TEXT");
  });

  test("passes a runtime's own WebSocket through", async () => {
    const runtime = await listen(forwarding(["80"]));
    const address = await listen({
      ...forwarding(["80"]),
      open: async () => ({ url: `http://${runtime}/token` }),
    } as StreamRequest);
    const { protocol, channels } = await exchange(address, ["v4.channel.k8s.io"], [Buffer.from("\0through")]);
    expect([protocol, channels[0]?.subarray(2).toString()]).toEqual(["v4.channel.k8s.io", "THROUGH"]);
  });

  test.each([
    [["v9.channel.k8s.io"], ["80"], 403],
    [["v4.channel.k8s.io"], ["no"], 400],
    [["v4.channel.k8s.io"], [], 400],
  ])("refuses %j for ports %j with %i", async (protocols, ports, status) => {
    const refused = exchange(await listen(forwarding(ports)), protocols, []);
    await expect(refused).rejects.toThrow(`Unexpected server response: ${status}`);
  });
});

test.each([
  [
    ["80,443", "8080"],
    [80, 443, 8080],
  ],
  [[], 'query parameter "port" is required'],
  [[""], 'query parameter "port" cannot be empty'],
  [["a"], 'unable to parse "a" as a port: strconv.ParseUint: parsing "a": invalid syntax'],
  [["70000"], 'unable to parse "70000" as a port: strconv.ParseUint: parsing "70000": value out of range'],
  [["0"], 'port "0" must be > 0'],
])("ports %j", (texts, parsed) => {
  expect(parsePorts(texts)).toEqual(parsed);
});
