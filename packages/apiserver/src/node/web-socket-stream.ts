import type { StreamBody } from "@pinnace/apimachinery";
import { type WebSocket, WebSocketServer } from "ws";
import type { UpgradeConnection } from "./web-socket-watch.ts";

/** Subprotocols for one stream of bytes; the first is also spoken with clients that name none. */
const BINARY = "binary.k8s.io";
const BASE64 = "base64.binary.k8s.io";

/**
 * A stream, such as a container's log, as WebSocket messages: one for each chunk, after an empty one that says that the
 * stream has begun. Resolves when the stream is sent or the client is gone.
 */
export function sendStreamOverWebSocket(
  { request, socket, head }: UpgradeConnection,
  body: StreamBody,
  protocols: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const protocol = protocols.find((each) => each === BINARY || each === BASE64);
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: () => protocol ?? false,
  });
  return new Promise((resolve, reject) => {
    socket.once("close", () => resolve());
    server.handleUpgrade(request, socket, head, (client) => {
      client.on("error", () => client.terminate());
      sendChunks(client, body.chunks, protocol === BASE64, signal).then(resolve, reject);
    });
  });
}

async function sendChunks(
  client: WebSocket,
  chunks: AsyncIterable<Uint8Array>,
  asText: boolean,
  signal: AbortSignal,
): Promise<void> {
  const isOpen = (): boolean => client.readyState === client.OPEN && !signal.aborted;
  const send = (chunk: Uint8Array): Promise<void> =>
    new Promise((resolve) => {
      const data = asText ? Buffer.from(chunk).toString("base64") : chunk;
      client.send(data, { binary: !asText }, () => resolve()); // a client that is gone ends the loop
    });
  try {
    await send(new Uint8Array());
    for await (const chunk of chunks) {
      if (!isOpen()) break;
      await send(chunk);
    }
    client.close(1000);
  } catch (error) {
    client.terminate();
    throw error;
  }
}
