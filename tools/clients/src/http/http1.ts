import type { IncomingMessage } from "node:http";
import { request as overHttp } from "node:http";
import { request as overTls } from "node:https";
import type { ClusterConnection } from "@pinnace/kubeconfig";
import { headersOf, linesOf, type RawRequest, type RawTransport, tlsOf } from "./transport.ts";

/** HTTP/1.1, one connection per request, as curl does. */
export function createHttp1(connection: ClusterConnection): RawTransport {
  const open = (request: RawRequest): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const url = new URL(request.path, connection.server);
      const send = url.protocol === "http:" ? overHttp : overTls;
      // Node adds no length to the body of a DELETE.
      const length = request.body === undefined ? {} : { "content-length": Buffer.byteLength(request.body) };
      const headers = { ...headersOf(request, connection), ...length };
      const options = { method: request.method, headers, agent: false };
      const outgoing = send(url, { ...options, ...tlsOf(connection, request.token === undefined) }, resolve);
      outgoing.on("error", reject);
      outgoing.setTimeout(30_000, () => outgoing.destroy(new Error(`${request.method} ${request.path}: no answer`)));
      outgoing.end(request.body);
    });
  return {
    protocol: "HTTP/1.1",
    async send(request) {
      const message = await open(request);
      let body = "";
      for await (const chunk of message.setEncoding("utf8")) body += chunk;
      return { status: message.statusCode ?? 0, headers: message.headers, body };
    },
    async *lines(request) {
      const message = await open(request);
      try {
        yield* linesOf(message.setEncoding("utf8"));
      } finally {
        message.destroy();
      }
    },
    close: () => undefined,
  };
}
