import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import type { Clock } from "@pinnace/clock";
import type { HttpCheck, PodNetwork } from "../network.ts";

const MAX_BODY = 10 * 1024;
const MAX_REDIRECTS = 10;
const USER_AGENT = "kube-probe/1.36";
const SERVING = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

/** The pod network as this machine reaches it. Errors read as Go's do, because users know those texts. */
export function createNodeNetwork(clock: Clock): PodNetwork {
  return {
    httpGet: (check) => within(clock, check.timeout, (signal) => httpGet(check, MAX_REDIRECTS, signal)),
    tcpConnect: (host, port, timeout) => within(clock, timeout, (signal) => tcpConnect(host, port, signal)),
    grpcHealth: (host, port, service, timeout) =>
      within(clock, timeout, (signal) => grpcHealth(host, port, service, timeout, signal)),
  };
}

/** Runs something with a signal that aborts after `timeout` milliseconds. */
async function within<T>(clock: Clock, timeout: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = new AbortController();
  const timer = clock.setTimeout(() => deadline.abort(), timeout);
  try {
    return await work(deadline.signal);
  } finally {
    timer.cancel();
  }
}

async function httpGet(check: HttpCheck, redirects: number, signal: AbortSignal): ReturnType<PodNetwork["httpGet"]> {
  const target = `${check.scheme}://${hostText(check.host)}:${check.port}${check.path}`;
  const response = await send(check, target, signal);
  const { location } = response.headers;
  const status = response.statusCode ?? 0;
  if (status >= 300 && status < 400 && location !== undefined && redirects > 0) {
    const next = new URL(location, target);
    response.resume();
    if (next.hostname !== new URL(target).hostname) return { status: 200, body: "Probe terminated redirects" };
    const port = Number(next.port) || (next.protocol === "https:" ? 443 : 80);
    const scheme = next.protocol === "https:" ? "https" : "http";
    return httpGet({ ...check, scheme, port, path: next.pathname + next.search }, redirects - 1, signal);
  }
  return { status, body: await bodyOf(response) };
}

function send(check: HttpCheck, target: string, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const options: RequestOptions & { rejectUnauthorized: boolean } = {
    host: check.host,
    port: check.port,
    path: check.path,
    headers: headersOf(check),
    rejectUnauthorized: false,
    signal,
  };
  const call = (check.scheme === "https" ? httpsRequest : httpRequest)(options, resolve);
  call.on("error", (error: NodeJS.ErrnoException) => {
    const late = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)";
    const why =
      error.name === "AbortError" || error.name === "TimeoutError" ? late : dialText(error, check.host, check.port);
    reject(new Error(`Get "${target}": ${why}`, { cause: error }));
  });
  call.end();
  return promise;
}

/** Those of the probe come in the place of the default ones; a name that is there several times is sent several times. */
function headersOf({ headers }: HttpCheck): Readonly<Record<string, string | string[]>> {
  const merged = new Map<string, string[]>();
  for (const { name, value } of headers)
    merged.set(name.toLowerCase(), [...(merged.get(name.toLowerCase()) ?? []), value]);
  const own = Object.fromEntries(
    [...merged].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? "") : values]),
  );
  return { "user-agent": USER_AGENT, accept: "*/*", connection: "close", ...own };
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MAX_BODY) break;
  }
  return Buffer.concat(chunks).toString("utf8").slice(0, MAX_BODY);
}

function tcpConnect(host: string, port: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host, port, signal });
  socket.on("connect", () => {
    socket.destroy();
    resolve();
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    const text = signal.aborted ? `dial tcp ${hostText(host)}:${port}: i/o timeout` : dialText(error, host, port);
    reject(new Error(text, { cause: error }));
  });
  return promise;
}

function dialText(error: NodeJS.ErrnoException, host: string, port: number): string {
  const texts: Readonly<Record<string, string>> = {
    ECONNREFUSED: "connect: connection refused",
    EHOSTUNREACH: "connect: no route to host",
    ENETUNREACH: "connect: network is unreachable",
    ETIMEDOUT: "connect: connection timed out",
  };
  const known = texts[error.code ?? ""];
  if (known !== undefined) return `dial tcp ${hostText(host)}:${port}: ${known}`;
  if (error.code === "ECONNRESET") return "EOF";
  return error.message;
}

function hostText(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** One unary call of grpc.health.v1.Health/Check, by hand: one string field out, one enum back. */
function grpcHealth(
  host: string,
  port: number,
  service: string,
  timeout: number,
  signal: AbortSignal,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const session = connectHttp2(`http://${hostText(host)}:${port}`);
  const fail = (text: string): void => {
    reject(new Error(text));
    session.destroy();
  };
  const late = `timeout: failed to connect service "${hostText(host)}:${port}" within ${timeout / 1000}s`;
  signal.addEventListener("abort", () => fail(late));
  session.on("error", (error: NodeJS.ErrnoException) => fail(dialText(error, host, port)));
  const stream = session.request({
    ":method": "POST",
    ":path": "/grpc.health.v1.Health/Check",
    "content-type": "application/grpc",
    "user-agent": USER_AGENT,
    te: "trailers",
  });
  const chunks: Buffer[] = [];
  let failure = "";
  const readStatus = (headers: Record<string, unknown>): void => {
    const status = headers["grpc-status"];
    if (status !== undefined && status !== "0")
      failure = `rpc error: code = ${status} desc = ${headers["grpc-message"] ?? ""}`;
  };
  stream.on("response", readStatus);
  stream.on("trailers", readStatus);
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.on("error", (error) => fail(error.message));
  stream.on("end", () => {
    if (failure !== "") return fail(failure);
    resolve(SERVING[servingStatus(Buffer.concat(chunks))] ?? "UNKNOWN");
    session.close();
  });
  stream.end(healthRequest(service));
  return promise;
}

function healthRequest(service: string): Buffer {
  const name = Buffer.from(service);
  const message = name.length === 0 ? name : Buffer.concat([Buffer.of(0x0a, name.length), name]);
  const header = Buffer.alloc(5);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}

/** Field 1 of the message after the five bytes of its frame. */
function servingStatus(frame: Buffer): number {
  return frame[5] === 0x08 ? (frame[6] ?? 0) : 0;
}
