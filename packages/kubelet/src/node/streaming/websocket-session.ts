import { messageOf } from "@pinnace/errors";
import type { WebSocket } from "ws";
import { ByteQueue } from "./byte-queue.ts";
import { type PacedSession, type StreamSet, sizesFrom } from "./session-io.ts";
import { errorTextOf, statusOf } from "./stream-status.ts";

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const RESIZE = 4;
/** First byte of a v5 message that ends the stream named by the second (KEP-4006). */
const CLOSE = 255;
/** Bytes that may wait in the socket before a producer is held back. */
const HIGH_WATER = 1024 * 1024;

/** The sub-protocols of exec and attach, best first. */
export const SESSION_PROTOCOLS = [
  "v5.channel.k8s.io",
  "v4.channel.k8s.io",
  "v4.base64.channel.k8s.io",
  "channel.k8s.io",
  "base64.channel.k8s.io",
] as const;

/**
 * Serves an exec or attach over WebSocket channels; ends with the status on channel 3 and close code 1000. Nothing is
 * sent before `begin`.
 */
export async function serveWebSocketSession(
  socket: WebSocket,
  session: PacedSession,
  set: StreamSet,
  begin: Promise<void>,
): Promise<void> {
  const base64 = socket.protocol.includes("base64");
  const press = (paused: boolean): void => (paused ? socket.pause() : socket.resume());
  const inputs = new Map([
    [STDIN, new ByteQueue(press)],
    [RESIZE, new ByteQueue()],
  ]);
  const gone = new AbortController();
  const send = (channel: number, data: Uint8Array): void => {
    if (socket.readyState !== socket.OPEN) return;
    socket.send(base64 ? channel + Buffer.from(data).toString("base64") : Buffer.concat([Buffer.of(channel), data]));
  };
  socket.on("message", (data) => receive(toBuffer(data), base64, inputs));
  socket.on("error", () => socket.terminate());
  socket.on("close", () => {
    gone.abort();
    for (const queue of inputs.values()) queue.end();
  });
  await begin;
  send(set.stdout ? STDOUT : set.stderr ? STDERR : ERROR, new Uint8Array());
  const exit = await session({
    stdin: inputs.get(STDIN) as ByteQueue,
    stdout: (chunk) => send(STDOUT, chunk),
    stderr: (chunk) => send(STDERR, chunk),
    resize: sizesFrom(inputs.get(RESIZE) as ByteQueue),
    signal: gone.signal,
    drained: () => drained(socket),
  }).catch((error: unknown) => ({ exitCode: 1, error: messageOf(error) }));
  const modern = /^v[45]\./.test(socket.protocol);
  const text = modern ? JSON.stringify(statusOf(exit)) : errorTextOf(exit);
  if (text !== "") send(ERROR, new TextEncoder().encode(text));
  socket.close(1000);
}

function receive(message: Buffer, base64: boolean, inputs: ReadonlyMap<number, ByteQueue>): void {
  const first = message[0];
  if (first === undefined) return;
  if (first === CLOSE && !base64) {
    inputs.get(message[1] ?? -1)?.end();
    return;
  }
  const channel = base64 ? first - 0x30 : first;
  const rest = message.subarray(1);
  inputs.get(channel)?.push(base64 ? Buffer.from(rest.toString("latin1"), "base64") : rest);
}

export function toBuffer(data: Buffer | ArrayBuffer | Buffer[]): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}

/** Resolves when the socket has sent most of what it was given. */
async function drained(socket: WebSocket): Promise<void> {
  while (socket.bufferedAmount > HIGH_WATER && socket.readyState === socket.OPEN) {
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.ping(undefined, undefined, () => resolve());
    await promise;
  }
}
