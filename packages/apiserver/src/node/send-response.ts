import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { ApiResponse, WatchBody } from "@pinnace/apimachinery";

const compress = promisify(gzip);

/** Answers of this many bytes and more are compressed when the client takes it (upstream's threshold). */
const GZIP_FROM = 128 * 1024;
/** A watcher that leaves this many bytes unread is cut off: it lists again. */
const WATCH_BACKLOG = 16 * 1024 * 1024;

/** Sends an answer; resolves when it is sent, or the client is gone. */
export async function sendResponse(
  request: IncomingMessage,
  response: ServerResponse,
  answer: ApiResponse,
  signal: AbortSignal,
): Promise<void> {
  const { body } = answer;
  switch (body.type) {
    case "empty":
      response.writeHead(answer.status, answer.headers).end();
      return;
    case "bytes":
      return sendBytes(request, response, answer, body.bytes);
    case "object":
      return sendBytes(request, response, answer, body.bytes());
    case "watch":
      return sendWatch(response, answer, body, signal);
    case "stream":
      return sendStream(response, answer, body.chunks, signal);
    case "upgrade":
      response.writeHead(400, { "content-type": "text/plain; charset=utf-8" }).end("Upgrade request required");
  }
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

function acceptsGzip(request: IncomingMessage): boolean {
  return String(request.headers["accept-encoding"] ?? "").includes("gzip");
}

/** Writes lines as they come; those of one turn of the event loop leave together. */
function sendWatch(
  response: ServerResponse,
  { status, headers }: ApiResponse,
  body: WatchBody,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(status, headers);
  response.flushHeaders?.();
  return new Promise((resolve) => {
    const pending: Uint8Array[] = [];
    let scheduled = false;
    const flush = (): void => {
      scheduled = false;
      if (pending.length === 0 || response.destroyed) return;
      response.write(pending.length === 1 ? pending[0] : Buffer.concat(pending));
      pending.length = 0;
      if (response.writableLength > WATCH_BACKLOG) response.destroy();
    };
    const finish = (): void => {
      subscription.unsubscribe();
      flush();
      response.end();
      resolve();
    };
    const subscription = body.events.subscribe({
      next: (event) => {
        pending.push(body.encode(event));
        if (scheduled) return;
        scheduled = true;
        queueMicrotask(flush);
      },
      complete: () => queueMicrotask(finish),
    });
    if (signal.aborted) finish();
    else signal.addEventListener("abort", finish, { once: true });
  });
}

async function sendStream(
  response: ServerResponse,
  { status, headers }: ApiResponse,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(status, headers);
  response.flushHeaders?.();
  try {
    for await (const chunk of chunks) {
      if (signal.aborted || response.destroyed) break;
      if (!response.write(chunk)) await drained(response);
    }
  } finally {
    response.end();
  }
}

function drained(response: ServerResponse): Promise<void> {
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
