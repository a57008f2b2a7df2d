import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http";
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ApiHandler, ApiResponse } from "@pinnace/apimachinery";
import { CodedError } from "@pinnace/errors";
import { type Logger, silentLogger } from "@pinnace/logging";
import { LazyAbort } from "./lazy-abort.ts";
import { BodyTooLarge, readRequest } from "./read-request.ts";
import { failedResponse, tooLargeResponse, unauthorizedCertificate } from "./refusals.ts";
import { sendResponse } from "./send-response.ts";
import { sendStreamOverWebSocket } from "./web-socket-stream.ts";
import { bearerFromProtocols, sendWatchOverWebSocket } from "./web-socket-watch.ts";

/** PEM texts. `ca` signs the client certificates that are trusted. */
export interface TlsOptions {
  readonly cert: string | Uint8Array;
  readonly key: string | Uint8Array;
  readonly ca?: string | Uint8Array;
}

export interface ServeOptions {
  readonly handler: ApiHandler;
  /** 0 takes any free port. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Absent: plain HTTP/1.1. */
  readonly tls?: TlsOptions;
  /** Bytes of a request body; default 3 MiB. More is 413. */
  readonly bodyLimit?: number;
  readonly logger?: Logger;
}

/** A listening port. */
export interface Listener {
  readonly port: number;
  /** `https://127.0.0.1:6443` */
  readonly url: string;
  /** Ends watches and upgraded connections, lets other requests finish, and closes the port. Idempotent. */
  close(): Promise<void>;
}

const BODY_LIMIT = 3 * 1024 * 1024;
/** Longer than clients keep idle connections (90 s in Go), so that they never write into one that is closing. Milliseconds. */
const KEEP_ALIVE = 120_000;

type AnyServer = Server | Http2SecureServer;

/**
 * Listens. Rejects with `CodedError` `PORT_BUSY` when the port is taken, `PORT_REFUSED` when the process may not have
 * it, and `LISTEN_FAILED` otherwise.
 */
export async function serve(options: ServeOptions): Promise<Listener> {
  const adapter = new HttpAdapter(options);
  const server = options.tls === undefined ? createServer() : secureServer(options.tls);
  Object.assign(server, { keepAliveTimeout: KEEP_ALIVE, requestTimeout: 0, headersTimeout: 60_000 });
  adapter.attach(server);
  const host = options.host ?? "127.0.0.1";
  await listen(server, options.port, host);
  const { port } = server.address() as AddressInfo;
  const shown = host.includes(":") ? `[${host}]` : host;
  return {
    port,
    url: `${options.tls === undefined ? "http" : "https"}://${shown}:${port}`,
    close: () => adapter.close(server),
  };
}

function secureServer({ cert, key, ca }: TlsOptions): Http2SecureServer {
  const pem = (value: string | Uint8Array): string | Buffer => (typeof value === "string" ? value : Buffer.from(value));
  return createSecureServer({
    allowHTTP1: true,
    cert: pem(cert),
    key: pem(key),
    ...(ca === undefined ? {} : { ca: pem(ca) }),
    requestCert: ca !== undefined,
    rejectUnauthorized: false,
    minVersion: "TLSv1.2",
    settings: { maxConcurrentStreams: 1000 },
  });
}

function listen(server: AnyServer, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen(port, host, () => {
      server.removeAllListeners("error");
      resolve();
    });
  });
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): CodedError {
  if (cause.code === "EADDRINUSE")
    return new CodedError("PORT_BUSY", `port ${port} on ${host} is in use`, {
      remedy: "stop the other program or choose another port",
      cause,
    });
  if (cause.code === "EACCES")
    return new CodedError("PORT_REFUSED", `port ${port} on ${host} needs more rights`, {
      remedy: "choose a port above 1023",
      cause,
    });
  return new CodedError("LISTEN_FAILED", `cannot listen on ${host}:${port}: ${cause.message}`, { cause });
}

class HttpAdapter {
  readonly #handler: ApiHandler;
  readonly #limit: number;
  readonly #logger: Logger;
  readonly #sockets = new Set<Duplex>();
  /** One for each request that is being answered. */
  readonly #running = new Map<LazyAbort, Promise<void>>();
  #closing: Promise<void> | undefined;

  constructor(options: ServeOptions) {
    this.#handler = options.handler;
    this.#limit = options.bodyLimit ?? BODY_LIMIT;
    this.#logger = options.logger ?? silentLogger;
  }

  attach(server: AnyServer): void {
    const track = (socket: Duplex): void => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
      socket.on("error", () => undefined);
    };
    server.on("connection", track);
    server.on("secureConnection", track);
    server.on("sessionError", () => undefined);
    server.on(
      "request",
      (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse) =>
        this.#run((abort) => this.#request(request as IncomingMessage, response as ServerResponse, abort)),
    );
    server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) =>
      this.#run((abort) => this.#upgrade(request, socket, head, abort)),
    );
    server.on("clientError", (_error: Error, socket: Socket) => {
      if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n400 Bad Request");
    });
  }

  close(server: AnyServer): Promise<void> {
    this.#closing ??= this.#close(server);
    return this.#closing;
  }

  async #close(server: AnyServer): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const abort of this.#running.keys()) abort.abort(new CodedError("SERVER_CLOSING", "the server is closing"));
    await Promise.allSettled(this.#running.values());
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #run(work: (abort: LazyAbort) => Promise<void>): void {
    const abort = new LazyAbort();
    const done = work(abort)
      .catch((error: unknown) => this.#logger.warn("an HTTP exchange failed", { error }))
      .finally(() => this.#running.delete(abort));
    this.#running.set(abort, done);
  }

  async #request(request: IncomingMessage, response: ServerResponse, abort: LazyAbort): Promise<void> {
    let answered = false;
    response.once("close", () => {
      if (!answered) abort.abort();
    });
    const answer = await this.#answer(request, abort);
    await this.#send(request, response, answer, abort);
    answered = true;
  }

  /** Nobody waits for an answer that cannot be made: it becomes a 500, or breaks off when it has begun. */
  async #send(
    request: IncomingMessage,
    response: ServerResponse,
    answer: ApiResponse,
    abort: LazyAbort,
  ): Promise<void> {
    try {
      await sendResponse(request, response, answer, abort);
    } catch (error) {
      this.#logger.error("an answer could not be sent", { method: request.method, url: request.url, error });
      if (response.headersSent) response.destroy();
      else await sendResponse(request, response, failedResponse(error), abort);
    }
  }

  async #answer(
    request: IncomingMessage,
    abort: LazyAbort,
    headers?: Readonly<Record<string, string>>,
  ): Promise<ApiResponse> {
    const refusal = unauthorizedCertificate(request);
    if (refusal !== undefined) return refusal;
    try {
      return await this.#handler(await readRequest(request, { limit: this.#limit, abort, headers }));
    } catch (error) {
      if (error instanceof BodyTooLarge) return tooLargeResponse(this.#limit);
      throw error;
    }
  }

  /** Upgrades go to whoever the handler names; an answer of another kind is sent as plain HTTP. */
  async #upgrade(request: IncomingMessage, socket: Socket, head: Buffer, abort: LazyAbort): Promise<void> {
    socket.on("error", () => undefined);
    socket.once("close", () => abort.abort());
    const { headers, protocols } = bearerFromProtocols(request);
    const answer = await this.#answer(request, abort, headers);
    if (answer.body.type === "upgrade") {
      answer.body.handle({ request, socket, head });
      return;
    }
    if (request.headers.upgrade?.toLowerCase() === "websocket") {
      const connection = { request, socket, head };
      const { body } = answer;
      if (body.type === "watch") return sendWatchOverWebSocket(connection, body, protocols, abort.signal);
      if (body.type === "stream") return sendStreamOverWebSocket(connection, body, protocols, abort.signal);
    }
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once("finish", () => socket.end());
    await this.#send(request, response, answer, abort);
  }
}
