import { request as httpRequest, type IncomingMessage } from "node:http";
import { type Agent, request as httpsRequest } from "node:https";
import type { Duplex } from "node:stream";
import type { ApiRequest, ApiResponse } from "@pinnace/apimachinery";
import type { UpgradeConnection } from "./web-socket-watch.ts";

/** Where a request is sent on to. */
export interface ForwardTarget {
  readonly scheme: "http" | "https";
  readonly host: string;
  readonly port: number;
  /** Client certificate and CA for https. */
  readonly agent?: Agent;
  /** Headers besides those of the request. */
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** False accepts any server certificate. Default true. */
  readonly verify?: boolean;
}

/** Headers of one hop (RFC 9110, section 7.6.1). */
const HOP = new Set(["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "host"]);

/**
 * Sends a request on and returns the answer as it comes. Upgrades are answered with raw bytes both ways. Redirects are
 * handed back, never followed. Rejects when the target cannot be reached.
 */
export function forwardRequest(target: ForwardTarget, request: ApiRequest): Promise<ApiResponse> {
  return new Promise((resolve, reject) => {
    const outgoing = open(target, request);
    outgoing.once("error", reject);
    outgoing.once("response", (response) => resolve(answer(response)));
    outgoing.once("upgrade", (response, socket, head) => resolve(upgraded(response, socket, head)));
    const { body } = request;
    if (body === undefined) outgoing.end();
    else outgoing.end("bytes" in body ? body.bytes : JSON.stringify(body.object));
  });
}

function open(target: ForwardTarget, request: ApiRequest): ReturnType<typeof httpRequest> {
  const query = request.query.toString();
  const headers: Record<string, string | string[]> = { ...target.headers };
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined && (!HOP.has(name) || (name === "connection" && request.upgrade !== undefined)))
      headers[name] = value;
  const options = {
    host: target.host,
    port: target.port,
    method: request.method,
    path: query === "" ? request.path : `${request.path}?${query}`,
    headers,
    signal: request.signal,
  };
  if (target.scheme === "http") return httpRequest(options);
  return httpsRequest({
    ...options,
    rejectUnauthorized: target.verify !== false,
    ...(target.agent === undefined ? {} : { agent: target.agent }),
  });
}

function headersOf(response: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers))
    if (value !== undefined && !HOP.has(name)) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  return headers;
}

function answer(response: IncomingMessage): ApiResponse {
  return {
    status: response.statusCode ?? 502,
    headers: headersOf(response),
    body: { type: "stream", chunks: response as AsyncIterable<Uint8Array> },
  };
}

/** Writes the far side's 101 to the near side, then copies bytes until either ends. */
function upgraded(response: IncomingMessage, far: Duplex, farHead: Buffer): ApiResponse {
  return {
    status: 101,
    headers: headersOf(response),
    body: {
      type: "upgrade",
      handle: (connection) => {
        const { socket: near, head } = connection as UpgradeConnection;
        const lines = [`HTTP/1.1 101 ${response.statusMessage ?? "Switching Protocols"}`];
        for (let index = 0; index < response.rawHeaders.length; index += 2)
          lines.push(`${response.rawHeaders[index]}: ${response.rawHeaders[index + 1]}`);
        near.write(`${lines.join("\r\n")}\r\n\r\n`);
        if (farHead.length > 0) near.write(farHead);
        if (head.length > 0) far.write(head);
        far.pipe(near);
        near.pipe(far);
        for (const [one, other] of [
          [far, near],
          [near, far],
        ] as const) {
          one.on("error", () => other.destroy());
          one.on("close", () => other.destroy());
        }
      },
    },
  };
}
