import { once } from "node:events";
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect as connectTls } from "node:tls";
import { headOf, type LoadTarget } from "../load/connection.ts";

/** Called with what came of the body of one watch, framing of HTTP/1.1 included. */
type OnData = (watcher: number, data: Buffer) => void;

/** Watches that are open. */
export interface OpenWatches {
  close(): void;
}

/** How many connections are opened at the same time. */
const AT_ONCE = 50;

/** Opens one watch for each path; resolves when all have their answer's head. Rejects for another status than 200. */
export async function openWatches(
  target: LoadTarget,
  paths: readonly string[],
  streams: number,
  onData: OnData,
): Promise<OpenWatches> {
  const closers: (() => void)[] = [];
  const each = Math.max(1, streams);
  for (let from = 0; from < paths.length; from += each * AT_ONCE) {
    const opening: Promise<() => void>[] = [];
    for (let first = from; first < Math.min(paths.length, from + each * AT_ONCE); first += each) {
      const own = paths.slice(first, first + each);
      opening.push(streams > 0 ? openStreams(target, own, first, onData) : openSocket(target, own[0]!, first, onData));
    }
    closers.push(...(await Promise.all(opening)));
  }
  return {
    close: () => {
      for (const close of closers) close();
    },
  };
}

async function openStreams(
  target: LoadTarget,
  paths: readonly string[],
  first: number,
  onData: OnData,
): Promise<() => void> {
  const session = connectHttp2(`https://localhost:${target.port}`, { ca: target.ca });
  session.on("error", fail);
  await once(session, "connect");
  await Promise.all(
    paths.map((path, index) => openStream(session, target, path, (data) => onData(first + index, data))),
  );
  return () => session.destroy();
}

async function openStream(
  session: ClientHttp2Session,
  { token }: LoadTarget,
  path: string,
  onData: (data: Buffer) => void,
): Promise<void> {
  const stream = session.request({ ":path": path, authorization: `Bearer ${token}`, accept: "application/json" });
  stream.on("error", fail);
  stream.on("data", onData);
  const [headers] = (await once(stream, "response")) as [{ ":status": number }];
  if (headers[":status"] !== 200) throw new Error(`a watch was answered with ${headers[":status"]}`);
}

async function openSocket(target: LoadTarget, path: string, watcher: number, onData: OnData): Promise<() => void> {
  const { port, ca } = target;
  const socket = connectTls({ host: "127.0.0.1", port, ca, servername: "localhost", ALPNProtocols: ["http/1.1"] });
  socket.on("error", fail);
  await once(socket, "secureConnect");
  socket.write(headOf("GET", path, target));
  const [head] = (await once(socket, "data")) as [Buffer];
  const status = head.toString("latin1", 9, 12);
  if (status !== "200") throw new Error(`a watch was answered with ${status}`);
  const body = head.indexOf("\r\n\r\n") + 4;
  if (body < head.length) onData(watcher, head.subarray(body));
  socket.on("data", (data) => onData(watcher, data));
  return () => socket.destroy();
}

function fail(error: Error): void {
  process.stderr.write(`error: a watch ended: ${error.message}\n`);
  process.exit(1);
}
