import type { ApiRequest, ApiResponse } from "@pinnace/apimachinery";
import { deepFreeze } from "@pinnace/apimachinery";
import { CodedError, messageOf } from "@pinnace/errors";
import { Agent, type Dispatcher } from "undici";
import type { Transport } from "../transport.ts";
import { watchLines } from "./watch-lines.ts";

export interface HttpTransportOptions {
  /** `https://10.0.0.1:6443`; a path is kept as a prefix. */
  readonly server: string;
  /** PEM certificates that the server's must be signed by. Default: the machine's. */
  readonly certificateAuthority?: string;
  /** The name that the server's certificate must have, when it is not the one in `server`. */
  readonly serverName?: string;
  /** Accepts any server certificate. Default false. */
  readonly insecureSkipVerify?: boolean;
  /** PEM certificate and key of the client. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string };
  /** Bearer token; a function is asked for every request, so a token may change. */
  readonly token?: string | (() => string | Promise<string>);
  /** Headers of every request, such as impersonation. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Offers HTTP/2. Default false: undici multiplexes watches well over several HTTP/1.1 connections. */
  readonly http2?: boolean;
  /** How long to wait for a connection, milliseconds; default 10,000. */
  readonly connectTimeout?: number;
  /** How long to wait for the head of an answer, milliseconds; default 60,000. */
  readonly headersTimeout?: number;
}

/**
 * A transport over HTTP(S). Requests go out under the transport's own credentials; `ApiRequest.user` has no meaning over
 * the wire and is left out. Watches are read line by line; an interrupted watch completes. JSON answers are decoded and
 * frozen. Rejects with `CodedError` `CONNECTION_FAILED`.
 */
export function createHttpTransport(options: HttpTransportOptions): Transport {
  const { connectTimeout = 10_000, headersTimeout = 60_000 } = options;
  const base = new URL(options.server);
  const agent = new Agent({
    allowH2: options.http2 ?? false,
    bodyTimeout: 0,
    headersTimeout,
    connect: { timeout: connectTimeout, ...tlsOptions(options) },
  });
  return {
    request: async (request) => {
      const headers = await headersOf(options, request);
      try {
        return await answerOf(
          request,
          await agent.request({
            origin: base.origin,
            path: pathOf(base, request),
            method: request.method as Dispatcher.HttpMethod,
            headers,
            body: bodyOf(request),
            signal: request.signal,
          }),
        );
      } catch (error) {
        if (request.signal.aborted) throw request.signal.reason;
        throw new CodedError("CONNECTION_FAILED", `${request.method} ${options.server}: ${messageOf(error)}`, {
          cause: error,
        });
      }
    },
    close: () => agent.destroy(),
  };
}

function tlsOptions(options: HttpTransportOptions): object {
  const { certificateAuthority, serverName, insecureSkipVerify, clientCertificate } = options;
  return {
    rejectUnauthorized: !insecureSkipVerify,
    ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(clientCertificate === undefined ? {} : { cert: clientCertificate.certificate, key: clientCertificate.key }),
  };
}

async function headersOf(options: HttpTransportOptions, request: ApiRequest): Promise<Record<string, string>> {
  const headers: Record<string, string> = { ...options.headers };
  for (const [name, value] of Object.entries(request.headers)) if (value !== undefined) headers[name] = value;
  const token = typeof options.token === "function" ? await options.token() : options.token;
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  return headers;
}

function pathOf(base: URL, { path, query }: ApiRequest): string {
  const search = query.toString();
  return `${base.pathname.replace(/\/$/, "")}${path}${search === "" ? "" : `?${search}`}`;
}

function bodyOf({ body }: ApiRequest): Uint8Array | string | null {
  if (body === undefined) return null;
  return "bytes" in body ? body.bytes : JSON.stringify(body.object);
}

async function answerOf(request: ApiRequest, answer: Dispatcher.ResponseData): Promise<ApiResponse> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  const status = answer.statusCode;
  const json = headers["content-type"]?.includes("json") ?? false;
  if (json && status < 400 && isWatch(request)) return { status, headers, body: watchLines(answer.body) };
  if (json) {
    const text = await answer.body.text();
    const object: unknown = deepFreeze(text === "" ? undefined : JSON.parse(text));
    return { status, headers, body: { type: "object", object, bytes: () => new TextEncoder().encode(text) } };
  }
  return { status, headers, body: { type: "stream", chunks: answer.body } };
}

function isWatch({ query }: ApiRequest): boolean {
  const watch = query.get("watch");
  return watch === "true" || watch === "1";
}
