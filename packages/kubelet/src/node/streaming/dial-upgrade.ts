import { type IncomingHttpHeaders, request } from "node:http";
import type { Duplex } from "node:stream";
import { CodedError } from "@pinnace/errors";

/** A connection to a streaming server after its 101. */
interface UpgradedConnection {
  readonly socket: Duplex;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Upgrades to SPDY/3.1, or what the headers say, at a URL of the runtime's streaming server. Rejects with `CodedError` `STREAM_REFUSED` when the
 * server answers with anything but 101, and `STREAM_UNREACHABLE` when it does not answer.
 */
export function dialUpgrade(
  url: string,
  headers: Readonly<Record<string, string>>,
  method: "GET" | "POST" = "POST",
): Promise<UpgradedConnection> {
  const { promise, resolve, reject } = Promise.withResolvers<UpgradedConnection>();
  const call = request(url, {
    method,
    headers: { connection: "Upgrade", upgrade: "SPDY/3.1", "content-length": "0", ...headers },
  });
  call.on("upgrade", (response, socket, head) => {
    if (head.length > 0) socket.unshift(head);
    resolve({ socket, headers: response.headers });
  });
  call.on("response", (response) => {
    response.resume();
    reject(new CodedError("STREAM_REFUSED", `the runtime's streaming server answered ${response.statusCode}`));
  });
  call.on("error", (error) =>
    reject(
      new CodedError("STREAM_UNREACHABLE", `cannot reach the runtime's streaming server: ${error.message}`, {
        cause: error,
      }),
    ),
  );
  call.end();
  return promise;
}

/** Copies bytes both ways until both sides have ended; a side that breaks takes the other with it. */
export function joinDuplexes(a: Duplex, b: Duplex): void {
  a.pipe(b);
  b.pipe(a);
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    one.on("error", () => other.destroy());
    one.on("close", () => other.destroy());
  }
}
