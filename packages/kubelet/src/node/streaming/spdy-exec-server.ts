import type { Duplex } from "node:stream";
import type { Clock } from "@pinnace/clock";
import type { StreamExit } from "@pinnace/cri";
import { messageOf } from "@pinnace/errors";
import { type PacedSession, type StreamSet, sizesFrom } from "./session-io.ts";
import { SpdyConnection, type SpdyStream } from "./spdy-connection.ts";
import { errorTextOf, statusOf } from "./stream-status.ts";

/** Milliseconds in which a client must have opened its streams. */
const OPEN_TIMEOUT = 30_000;

/** Serves an exec or attach to a SPDY client on an upgraded connection. `protocol`: the negotiated `v4.channel.k8s.io`. */
export async function serveSpdySession(
  duplex: Duplex,
  session: PacedSession,
  set: StreamSet,
  protocol: string,
  clock: Clock,
): Promise<void> {
  const wanted = ["error", ...(["stdin", "stdout", "stderr"] as const).filter((name) => set[name])];
  if (set.tty && protocol !== "channel.k8s.io" && protocol !== "v2.channel.k8s.io") wanted.push("resize");
  const opened = new Map<string, SpdyStream>();
  const complete = Promise.withResolvers<void>();
  const connection = new SpdyConnection(duplex, "server", (stream) => {
    opened.set(stream.headers.streamtype ?? "", stream);
    if (wanted.every((name) => opened.has(name))) complete.resolve();
  });
  const timer = clock.setTimeout(() => complete.reject(new Error("the client did not open its streams")), OPEN_TIMEOUT);
  const gone = new AbortController();
  void connection.closed.then(() => {
    gone.abort();
    complete.reject(new Error("the client went away"));
  });
  try {
    await complete.promise;
  } catch {
    connection.destroy();
    return;
  } finally {
    timer.cancel();
  }
  const exit = await runSession(session, opened, gone.signal);
  const text = protocol === "v4.channel.k8s.io" ? JSON.stringify(statusOf(exit)) : errorTextOf(exit);
  await opened.get("error")?.write(new TextEncoder().encode(text));
  for (const stream of opened.values()) stream.end();
  connection.close();
}

async function runSession(
  session: PacedSession,
  opened: ReadonlyMap<string, SpdyStream>,
  signal: AbortSignal,
): Promise<StreamExit> {
  let writing: Promise<unknown> = Promise.resolve();
  const sink = (name: string) => (chunk: Uint8Array) => {
    writing = Promise.all([writing, opened.get(name)?.write(chunk)]);
  };
  const none: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: async function* () {} };
  try {
    const exit = await session({
      stdin: opened.get("stdin")?.incoming ?? none,
      stdout: sink("stdout"),
      stderr: sink("stderr"),
      resize: sizesFrom(opened.get("resize")?.incoming ?? none),
      signal,
      drained: async () => void (await writing),
    });
    await writing;
    return exit;
  } catch (error) {
    return { exitCode: 1, error: messageOf(error) };
  }
}
