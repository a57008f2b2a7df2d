import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders } from "node:http2";
import type { ClusterConnection } from "@pinnace/kubeconfig";
import { headersOf, linesOf, type RawRequest, type RawResponse, type RawTransport, tlsOf } from "./transport.ts";

/** HTTP/2: one connection for all requests, and another for those without the client certificate. */
export function createHttp2(connection: ClusterConnection): RawTransport {
  const sessions = new Map<boolean, ClientHttp2Session>();
  const sessionFor = (withCertificate: boolean): ClientHttp2Session => {
    const open = sessions.get(withCertificate);
    if (open !== undefined && !open.closed) return open;
    const session = connect(connection.server, tlsOf(connection, withCertificate));
    session.on("error", () => session.destroy()); // each of its streams tells the same error
    sessions.set(withCertificate, session);
    return session;
  };
  const open = (request: RawRequest): Promise<[ClientHttp2Stream, IncomingHttpHeaders]> =>
    new Promise((resolve, reject) => {
      const headers = headersOf(request, connection);
      const stream = sessionFor(request.token === undefined).request(
        { ":method": request.method, ":path": request.path, ...headers },
        { endStream: request.body === undefined },
      );
      stream.setTimeout(30_000, () => stream.destroy(new Error(`${request.method} ${request.path}: no answer`)));
      stream.on("error", reject);
      stream.on("response", (answer) => resolve([stream, answer]));
      if (request.body !== undefined) stream.end(request.body);
    });
  return {
    protocol: "HTTP/2",
    async send(request) {
      const [stream, { ":status": status, ...headers }] = await open(request);
      let body = "";
      for await (const chunk of stream.setEncoding("utf8")) body += chunk;
      return { status: Number(status), headers: headers as RawResponse["headers"], body };
    },
    async *lines(request) {
      const [stream] = await open(request);
      try {
        yield* linesOf(stream.setEncoding("utf8"));
      } finally {
        stream.destroy();
      }
    },
    close() {
      for (const session of sessions.values()) session.destroy();
    },
  };
}
