import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Clock } from "@pinnace/clock";
import { messageOf } from "@pinnace/errors";
import type { Logger } from "@pinnace/logging";
import { createWebSocketStream, type WebSocket, WebSocketServer } from "ws";
import type { StreamRequest, StreamServer } from "../../contract.ts";
import { dialUpgrade, joinDuplexes } from "./dial-upgrade.ts";
import type { PacedSession } from "./session-io.ts";
import { remoteSession } from "./spdy-exec-client.ts";
import { serveSpdySession } from "./spdy-exec-server.ts";
import { serveSpdyPortForward } from "./spdy-port-forward.ts";
import { PORT_FORWARD_PROTOCOLS, parsePorts, serveWebSocketPortForward } from "./websocket-port-forward.ts";
import { SESSION_PROTOCOLS, serveWebSocketSession } from "./websocket-session.ts";

/** What an HTTP adapter of Node passes to `UpgradeBody.handle`. */
export interface NodeConnection {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Uint8Array;
}

type Session = Extract<StreamRequest, { kind: "exec" | "attach" }>;
type PortForward = Extract<StreamRequest, { kind: "portforward" }>;

const SPDY_PROTOCOLS = ["v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io", "channel.k8s.io"];
const PORT_FORWARD = "portforward.k8s.io";
const TUNNEL = "SPDY/3.1+portforward.k8s.io";

/**
 * Serves exec, attach and port-forward to every client that Kubernetes has had: WebSocket `v5`/`v4`(`.base64`).channel.k8s.io,
 * SPDY/3.1, SPDY/3.1 tunnelled in WebSocket messages, and ports as WebSocket channels. Where the runtime has a streaming server and the client speaks
 * SPDY, bytes are passed through as they are.
 */
export function createStreamServer(components: { readonly clock: Clock; readonly logger: Logger }): StreamServer {
  const { clock, logger } = components;
  return {
    serve(connection, stream) {
      const { request, socket, head } = connection as NodeConnection;
      if (head.length > 0) socket.unshift(Buffer.from(head));
      socket.on("error", () => socket.destroy());
      const upgrade = request.headers.upgrade?.toLowerCase();
      const serving =
        upgrade === "websocket"
          ? serveWebSocket(request, socket, stream, clock)
          : serveSpdy(request, socket, stream, clock);
      serving.catch((error: unknown) => {
        logger.warn("a stream failed", { kind: stream.kind, error: messageOf(error) });
        refuse(socket, 500, messageOf(error));
      });
    },
  };
}

async function serveSpdy(request: IncomingMessage, socket: Duplex, stream: StreamRequest, clock: Clock): Promise<void> {
  const offered = headerList(request.headers["x-stream-protocol-version"]);
  const known = stream.kind === "portforward" ? [PORT_FORWARD] : SPDY_PROTOCOLS;
  const protocol = offered.find((name) => known.includes(name)) ?? (offered.length === 0 ? known.at(-1) : undefined);
  if (protocol === undefined) {
    const text = `unable to negotiate protocol: client supports [${offered.join(" ")}], server accepts [${known.join(" ")}]`;
    return refuse(socket, 403, text);
  }
  const endpoint = stream.kind === "portforward" ? await stream.open([]) : await stream.open();
  if ("url" in endpoint) {
    const remote = await dialUpgrade(endpoint.url, { "x-stream-protocol-version": protocol });
    switchProtocols(socket, remote.headers["x-stream-protocol-version"]?.toString() ?? protocol);
    joinDuplexes(socket, remote.socket);
    return;
  }
  switchProtocols(socket, protocol);
  if (stream.kind === "portforward") await serveSpdyPortForward(socket, stream.open);
  else await serveSpdySession(socket, endpoint.session, stream, protocol, clock);
}

/**
 * Milliseconds between the handshake and the first output for clients of {@link CLIENT_GO}: kubectl up to 1.33 registers its
 * streams only after it began to read, and drops what comes for a stream that it does not know yet.
 */
const GRACE = 25;
/** Spoken by client-go alone. */
const CLIENT_GO = "v5.channel.k8s.io";

async function serveWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  stream: StreamRequest,
  clock: Clock,
): Promise<void> {
  const offered = headerList(request.headers["sec-websocket-protocol"]);
  if (stream.kind === "portforward") {
    if (offered.includes(TUNNEL)) return serveTunnel(request, socket, stream);
    return servePorts(request, socket, stream, offered);
  }
  const protocol = SESSION_PROTOCOLS.find((name) => offered.includes(name)) ?? (offered.length === 0 ? "" : undefined);
  if (protocol === undefined)
    return refuse(socket, 403, `unable to negotiate protocol: server accepts ${SESSION_PROTOCOLS.join(", ")}`);
  const session = await openSession(stream);
  const webSocket = await acceptWebSocket(request, socket, protocol);
  const begin = protocol === CLIENT_GO ? clock.sleep(GRACE) : Promise.resolve();
  await serveWebSocketSession(webSocket, session, stream, begin);
}

async function openSession(stream: Session): Promise<PacedSession> {
  const endpoint = await stream.open();
  return "url" in endpoint ? remoteSession(endpoint.url, stream) : endpoint.session;
}

async function serveTunnel(request: IncomingMessage, socket: Duplex, stream: PortForward): Promise<void> {
  const endpoint = await stream.open([]);
  const remote =
    "url" in endpoint ? await dialUpgrade(endpoint.url, { "x-stream-protocol-version": PORT_FORWARD }) : undefined;
  const webSocket = await acceptWebSocket(request, socket, TUNNEL);
  const duplex = createWebSocketStream(webSocket);
  duplex.on("error", () => webSocket.terminate());
  if (remote) joinDuplexes(duplex, remote.socket);
  else await serveSpdyPortForward(duplex, stream.open);
}

async function servePorts(
  request: IncomingMessage,
  socket: Duplex,
  stream: PortForward,
  offered: readonly string[],
): Promise<void> {
  const known = PORT_FORWARD_PROTOCOLS.find((name) => offered.includes(name));
  const protocol = known ?? (offered.length === 0 ? "" : undefined);
  const accepted = [TUNNEL, ...PORT_FORWARD_PROTOCOLS].join(", ");
  if (protocol === undefined) return refuse(socket, 403, `unable to negotiate protocol: server accepts ${accepted}`);
  const ports = parsePorts(stream.ports ?? []);
  if (typeof ports === "string") return refuse(socket, 400, ports);
  const endpoint = await stream.open(ports);
  if ("url" in endpoint) return passWebSocket(request, socket, endpoint.url);
  await serveWebSocketPortForward(await acceptWebSocket(request, socket, protocol), ports, stream.open);
}

/** Lets the runtime's streaming server complete the client's own handshake, then passes bytes as they are. */
async function passWebSocket({ headers }: IncomingMessage, socket: Duplex, url: string): Promise<void> {
  const own = Object.entries(headers).filter(([name]) => name.startsWith("sec-websocket-"));
  const remote = await dialUpgrade(url, { upgrade: "websocket", ...Object.fromEntries(own) }, "GET");
  const lines = ["sec-websocket-accept", "sec-websocket-protocol"].flatMap((name) =>
    remote.headers[name] === undefined ? [] : [`${name}: ${remote.headers[name]}\r\n`],
  );
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${lines.join("")}\r\n`,
  );
  joinDuplexes(socket, remote.socket);
}

/**
 * Completes the WebSocket handshake. The library takes no sub-protocol that contains a `/`, so the header is kept from it
 * and answered beside it.
 */
function acceptWebSocket(request: IncomingMessage, socket: Duplex, protocol: string): Promise<WebSocket> {
  const tunnelled = protocol.includes("/");
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: () => (protocol === "" ? false : protocol),
  });
  if (tunnelled) {
    delete request.headers["sec-websocket-protocol"];
    server.on("headers", (headers) => headers.push(`Sec-WebSocket-Protocol: ${protocol}`));
  }
  const { promise, resolve } = Promise.withResolvers<WebSocket>();
  server.handleUpgrade(request, socket, Buffer.alloc(0), (webSocket) => resolve(webSocket));
  return promise;
}

function switchProtocols(socket: Duplex, protocol: string): void {
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
  );
}

function refuse(socket: Duplex, status: number, text: string): void {
  if (!socket.writable) return;
  const reason = STATUS_CODES[status] ?? "";
  const length = Buffer.byteLength(text);
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${text}`,
  );
}

function headerList(value: string | readonly string[] | undefined): readonly string[] {
  const text = typeof value === "string" ? value : (value ?? []).join(",");
  return text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
}
