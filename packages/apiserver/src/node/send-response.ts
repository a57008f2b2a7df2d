import type { IncomingMessage, ServerResponse } from "node:http";
import type { Writable } from "node:stream";
import { promisify } from "node:util";
import { createGzip, gzip } from "node:zlib";
import type { ApiResponse } from "@pinnace/apimachinery";
import { sendWatch } from "./send-watch.ts";

const compress = promisify(gzip);

/** Answers of this many bytes and more are compressed when the client takes it (upstream's threshold). */
const GZIP_FROM = 128 * 1024;

/** Sends an answer; resolves when it is sent, or the client is gone. */
export async function sendResponse(
  request: IncomingMessage,
  response: ServerResponse,
  { headers, ...others }: ApiResponse,
  abort: { readonly signal: AbortSignal },
): Promise<void> {
  const answer: ApiResponse = { ...others, headers: onWire(headers) };
  const { body } = answer;
  switch (body.type) {
    case "empty":
      response.writeHead(answer.status, answer.headers).end();
      return;
    case "bytes":
      return sendBytes(request, response, answer, body.bytes);
    case "object":
      if (body.chunks !== undefined) return sendPieces(request, response, answer, body.chunks(), abort.signal);
      if (body.text !== undefined) return sendText(request, response, answer, body.text());
      return sendBytes(request, response, answer, body.bytes());
    case "watch":
      return sendWatch(response, answer, body, abort.signal);
    case "stream":
      return sendStream(response, answer, body.chunks, abort.signal);
    case "upgrade":
      response.writeHead(400, { "content-type": "text/plain; charset=utf-8" }).end("Upgrade request required");
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: everything but ASCII
const BEYOND_ASCII = /[^\u0000-\u007f]/;

/** Warnings quote what clients sent. Node takes header values byte by byte; they are sent as UTF-8, as Go does. */
function onWire(headers: ApiResponse["headers"]): Record<string, string> {
  const result: Record<string, string> = { ...headers };
  for (const name in result)
    if (BEYOND_ASCII.test(result[name]!)) result[name] = Buffer.from(result[name]!, "utf8").toString("latin1");
  return result;
}

async function sendBytes(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers }: ApiResponse,
  bytes: Uint8Array,
): Promise<void> {
  let sent = bytes;
  const all: Record<string, string | number> = { ...headers };
  if (bytes.length >= GZIP_FROM && request.method === "GET" && acceptsGzip(request)) {
    sent = await compress(bytes, { level: 1 });
    all["content-encoding"] = "gzip";
    all.vary = "Accept-Encoding";
  }
  if (response.destroyed) return;
  all["content-length"] = sent.length;
  response.writeHead(status, all);
  response.end(request.method === "HEAD" ? undefined : sent);
}

/** Node sends a text together with the head, in one piece. */
async function sendText(
  request: IncomingMessage,
  response: ServerResponse,
  answer: ApiResponse,
  text: string,
): Promise<void> {
  if (text.length >= GZIP_FROM) return sendBytes(request, response, answer, Buffer.from(text));
  const length = Buffer.byteLength(text);
  if (response.destroyed) return;
  response.writeHead(answer.status, { ...answer.headers, "content-length": length });
  response.end(request.method === "HEAD" ? undefined : text, length === text.length ? "latin1" : "utf8");
}

function acceptsGzip(request: IncomingMessage): boolean {
  return String(request.headers["accept-encoding"] ?? "").includes("gzip");
}

/** How many pieces are encoded before others have a turn of the event loop. */
const PIECES_OF_TURN = 4;

async function* unhurried(pieces: Iterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let count = 0;
  for (const piece of pieces) {
    if (signal.aborted) return;
    yield piece;
    count += 1;
    if (count % PIECES_OF_TURN === 0) await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** Sends what is long while it is being encoded. */
async function sendPieces(
  request: IncomingMessage,
  response: ServerResponse,
  answer: ApiResponse,
  pieces: Iterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const chunks = unhurried(pieces, signal);
  if (request.method !== "GET" || !acceptsGzip(request)) return sendStream(response, answer, chunks, signal);
  const zipped = createGzip({ level: 1 });
  const headers = { ...answer.headers, "content-encoding": "gzip", vary: "Accept-Encoding" };
  const fed = feed(zipped, chunks, signal).catch((error: Error) => void zipped.destroy(error));
  await sendStream(response, { ...answer, headers }, zipped, signal);
  zipped.destroy();
  await fed;
}

async function feed(target: Writable, chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
  for await (const chunk of chunks) {
    if (signal.aborted || target.destroyed) break;
    if (!target.write(chunk)) await drained(target);
  }
  target.end();
}

async function sendStream(
  response: ServerResponse,
  { status, headers }: ApiResponse,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(status, headers);
  response.flushHeaders?.();
  for await (const chunk of chunks) {
    if (signal.aborted || response.destroyed) break;
    if (!response.write(chunk)) await drained(response);
  }
  response.end();
}

/** Resolves when more can be written, or never more. */
function drained(response: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}
