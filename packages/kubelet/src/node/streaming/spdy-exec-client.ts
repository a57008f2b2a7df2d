import type { StreamExit } from "@pinnace/cri";
import { dialUpgrade } from "./dial-upgrade.ts";
import type { PacedIo, PacedSession, StreamSet } from "./session-io.ts";
import { SpdyConnection, type SpdyStream } from "./spdy-connection.ts";
import { exitOf } from "./stream-status.ts";

const PROTOCOL = "v4.channel.k8s.io";

/** A session that runs at a URL of the runtime's streaming server, over SPDY/3.1. */
export function remoteSession(url: string, streams: StreamSet): PacedSession {
  return async (io) => {
    const { socket } = await dialUpgrade(url, { "x-stream-protocol-version": PROTOCOL });
    const connection = new SpdyConnection(socket, "client");
    const abort = (): void => connection.destroy();
    io.signal.addEventListener("abort", abort);
    try {
      return await run(connection, io, streams);
    } finally {
      io.signal.removeEventListener("abort", abort);
      connection.close();
    }
  };
}

async function run(connection: SpdyConnection, io: PacedIo, streams: StreamSet): Promise<StreamExit> {
  const error = connection.open({ streamtype: "error" });
  const stdin = streams.stdin ? connection.open({ streamtype: "stdin" }) : undefined;
  const stdout = streams.stdout ? connection.open({ streamtype: "stdout" }) : undefined;
  const stderr = streams.stderr && !streams.tty ? connection.open({ streamtype: "stderr" }) : undefined;
  const resize = streams.tty ? connection.open({ streamtype: "resize" }) : undefined;
  error.end();
  if (stdin) void send(io.stdin, stdin);
  if (resize) void sendSizes(io.resize, resize);
  const output = [
    stdout && receive(stdout, (chunk) => io.stdout(chunk), io),
    stderr && receive(stderr, (chunk) => io.stderr(chunk), io),
  ];
  const [text] = await Promise.all([readText(error), ...output]);
  return exitOf(text);
}

async function send(source: AsyncIterable<Uint8Array>, stream: SpdyStream): Promise<void> {
  for await (const chunk of source) await stream.write(chunk);
  stream.end();
}

async function sendSizes(sizes: PacedIo["resize"], stream: SpdyStream): Promise<void> {
  for await (const { width, height } of sizes)
    await stream.write(new TextEncoder().encode(`${JSON.stringify({ Width: width, Height: height })}\n`));
}

async function receive(stream: SpdyStream, write: (chunk: Uint8Array) => void, io: PacedIo): Promise<void> {
  for await (const chunk of stream.incoming) {
    write(chunk);
    await io.drained();
  }
}

async function readText(stream: SpdyStream): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream.incoming) text += decoder.decode(chunk, { stream: true });
  return text;
}
