import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { WatchBody } from "@pinnace/apimachinery";
import { WebSocketServer } from "ws";

/** What Node gives for an upgrade. */
export interface UpgradeConnection {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

const BEARER_PREFIX = "base64url.bearer.authorization.k8s.io.";
const BACKLOG = 16 * 1024 * 1024;

/** Browsers cannot set headers on a WebSocket, so the token may come as a subprotocol. The other ones are returned. */
export function bearerFromProtocols(request: IncomingMessage): {
  readonly headers: Record<string, string>;
  readonly protocols: readonly string[];
} {
  const offered = (request.headers["sec-websocket-protocol"] ?? "")
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
  const bearer = offered.find((each) => each.startsWith(BEARER_PREFIX));
  if (bearer === undefined || request.headers.authorization !== undefined) return { headers: {}, protocols: offered };
  const protocols = offered.filter((each) => each !== bearer);
  const token = Buffer.from(bearer.slice(BEARER_PREFIX.length), "base64url").toString();
  if (protocols.length > 0) request.headers["sec-websocket-protocol"] = protocols.join(", ");
  return { headers: { authorization: `Bearer ${token}` }, protocols };
}

/** A watch as WebSocket text messages, one event each. */
export function sendWatchOverWebSocket(
  { request, socket, head }: UpgradeConnection,
  body: WatchBody,
  protocols: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: () => protocols[0] ?? false,
  });
  return new Promise((resolve) => {
    server.handleUpgrade(request, socket, head, (client) => {
      const finish = (): void => {
        subscription.unsubscribe();
        client.close(1000);
        resolve();
      };
      const subscription = body.events.subscribe({
        next: (event) => {
          client.send(body.encode(event), { binary: false });
          if (client.bufferedAmount > BACKLOG) client.terminate();
        },
        complete: () => queueMicrotask(finish),
      });
      client.on("close", finish);
      client.on("error", () => client.terminate());
      signal.addEventListener("abort", finish, { once: true });
    });
    socket.once("close", () => resolve());
  });
}
