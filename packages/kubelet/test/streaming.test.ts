import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createRealClock } from "@pinnace/clock";
import type { StreamExit, StreamIo } from "@pinnace/cri";
import { silentLogger } from "@pinnace/logging";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { StreamRequest } from "../src/contract.ts";
import type { PacedIo, StreamSet } from "../src/node/streaming/session-io.ts";
import { remoteSession } from "../src/node/streaming/spdy-exec-client.ts";
import { createStreamServer } from "../src/node/streaming/stream-server.ts";

/** Copies stdin to stdout, then says what it saw. */
async function echoSession(io: StreamIo): Promise<StreamExit> {
  let total = 0;
  for await (const chunk of io.stdin) {
    total += chunk.length;
    io.stdout(chunk);
  }
  io.stderr(new TextEncoder().encode(`${total} bytes`));
  return { exitCode: total % 256 };
}

let server: Server;
let url: string;
let stream: StreamRequest;
const exec = (session: (io: StreamIo) => Promise<StreamExit>, set: Partial<StreamSet> = {}): StreamRequest => ({
  kind: "exec",
  tty: false,
  stdin: true,
  stdout: true,
  stderr: true,
  ...set,
  open: async () => ({ session }),
});

beforeEach(async () => {
  const streams = createStreamServer({ clock: createRealClock(), logger: silentLogger });
  server = createServer();
  server.on("upgrade", (request, socket, head) => streams.serve({ request, socket, head }, stream));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function* of(...chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* chunks;
}

async function overSpdy(
  target: string,
  set: StreamSet,
  chunks: readonly Uint8Array[],
  sizes: PacedIo["resize"] = none(),
) {
  const stdout: Uint8Array[] = [];
  const stderr: Uint8Array[] = [];
  const exit = await remoteSession(
    target,
    set,
  )({
    stdin: of(...chunks),
    stdout: (chunk) => stdout.push(chunk),
    stderr: (chunk) => stderr.push(chunk),
    resize: sizes,
    signal: new AbortController().signal,
    drained: async () => undefined,
  });
  return { exit, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() };
}

async function* none(): AsyncIterable<never> {}

interface Frames {
  readonly protocol: string;
  readonly channels: Readonly<Record<number, Buffer>>;
  readonly code: number;
}

function overWebSocket(protocols: readonly string[], messages: readonly (Buffer | string)[]): Promise<Frames> {
  const { promise, resolve, reject } = Promise.withResolvers<Frames>();
  const socket = new WebSocket(`ws://${url}/exec`, [...protocols]);
  const channels: Record<number, Buffer> = {};
  const base64 = (): boolean => socket.protocol.includes("base64");
  socket.on("open", () => {
    for (const message of messages) socket.send(message);
  });
  socket.on("message", (data: Buffer) => {
    const channel = base64() ? Number(data.toString()[0]) : (data[0] ?? -1);
    const rest = base64() ? Buffer.from(data.toString().slice(1), "base64") : data.subarray(1);
    channels[channel] = Buffer.concat([channels[channel] ?? Buffer.alloc(0), rest]);
  });
  socket.on("close", (code) => resolve({ protocol: socket.protocol, channels, code }));
  socket.on("error", reject);
  return promise;
}

const all: StreamSet = { tty: false, stdin: true, stdout: true, stderr: true };

describe("SPDY", () => {
  test("carries streams, half-close and the exit code", async () => {
    stream = exec(echoSession);
    const { exit, stdout, stderr } = await overSpdy(`http://${url}/`, all, [Buffer.from("ab"), Buffer.from("c")]);
    expect([exit, stdout.toString(), stderr]).toEqual([{ exitCode: 3 }, "abc", "3 bytes"]);
  });

  test("carries megabytes both ways", async () => {
    stream = exec(echoSession);
    const chunk = Buffer.alloc(256 * 1024, 7);
    const { stdout } = await overSpdy(`http://${url}/`, all, new Array<Buffer>(40).fill(chunk));
    expect(stdout.length).toBe(10 * 1024 * 1024);
  });

  test("carries terminal sizes and errors", async () => {
    stream = exec(
      async (io) => {
        for await (const { width, height } of io.resize) return { exitCode: 1, error: `${width}x${height}` };
        return { exitCode: 0 };
      },
      { tty: true, stderr: false },
    );
    async function* sizes(): PacedIo["resize"] {
      yield { width: 80, height: 24 };
    }
    const { exit } = await overSpdy(`http://${url}/`, { ...all, tty: true, stderr: false }, [], sizes());
    expect(exit).toEqual({ exitCode: 1, error: "Internal error occurred: 80x24" });
  });

  test("is passed through to a runtime that serves SPDY itself", async () => {
    const runtime = createServer();
    const inner = createStreamServer({ clock: createRealClock(), logger: silentLogger });
    runtime.on("upgrade", (request, socket, head) => inner.serve({ request, socket, head }, exec(echoSession)));
    await new Promise<void>((resolve) => runtime.listen(0, "127.0.0.1", resolve));
    const target = `http://127.0.0.1:${(runtime.address() as AddressInfo).port}/token`;
    stream = { ...exec(echoSession), open: async () => ({ url: target }) } as StreamRequest;
    const { exit, stdout } = await overSpdy(`http://${url}/`, all, [Buffer.from("through")]);
    expect([exit.exitCode, stdout.toString()]).toEqual([7, "through"]);
    const frames = await overWebSocket(["v5.channel.k8s.io"], [Buffer.from("\0translated"), Buffer.of(255, 0)]);
    expect([frames.channels[1]?.toString(), frames.code]).toEqual(["translated", 1000]);
    runtime.closeAllConnections();
    runtime.close();
  });
});

describe("WebSocket", () => {
  test("v5 ends stdin by a message and answers with a Status", async () => {
    stream = exec(echoSession);
    const { protocol, channels, code } = await overWebSocket(
      ["v5.channel.k8s.io", "v4.channel.k8s.io"],
      [Buffer.from("\0abc"), Buffer.of(255, 0)],
    );
    expect([protocol, channels[1]?.toString(), channels[2]?.toString(), code]).toEqual([
      "v5.channel.k8s.io",
      "abc",
      "3 bytes",
      1000,
    ]);
    expect(JSON.parse(channels[3]?.toString() ?? "")).toMatchObject({
      status: "Failure",
      reason: "NonZeroExitCode",
      details: { causes: [{ reason: "ExitCode", message: "3" }] },
    });
  });

  test("base64 channels are texts", async () => {
    stream = exec(async (io) => {
      for await (const chunk of io.stdin) {
        io.stdout(chunk);
        return { exitCode: 0 };
      }
      return { exitCode: 9 };
    });
    const { channels } = await overWebSocket(
      ["v4.base64.channel.k8s.io"],
      [`0${Buffer.from("xyz").toString("base64")}`],
    );
    expect(channels[1]?.toString()).toBe("xyz");
    expect(JSON.parse(channels[3]?.toString() ?? "")).toEqual({ metadata: {}, status: "Success" });
  });

  test("refuses protocols that nobody knows", async () => {
    stream = exec(echoSession);
    await expect(overWebSocket(["v9.channel.k8s.io"], [])).rejects.toThrow("Unexpected server response: 403");
  });
});
