import { messageOf } from "@pinnace/errors";
import type { WebSocket } from "ws";
import type { StreamRequest } from "../../contract.ts";
import { ByteQueue } from "./byte-queue.ts";
import { toBuffer } from "./websocket-session.ts";

/** The sub-protocols of port-forward over WebSocket channels, as client libraries other than client-go speak it. */
export const PORT_FORWARD_PROTOCOLS = ["v4.channel.k8s.io", "v4.base64.channel.k8s.io"] as const;

type PortForward = Extract<StreamRequest, { kind: "portforward" }>;

const NONE: AsyncIterable<never> = { [Symbol.asyncIterator]: async function* () {} };

/** The ports of a query (`8080`, `80,443`), or what is wrong with them, in the kubelet's words. */
export function parsePorts(texts: readonly string[]): readonly number[] | string {
  if (texts.length === 0) return 'query parameter "port" is required';
  const ports: number[] = [];
  for (const text of texts) {
    if (text === "") return 'query parameter "port" cannot be empty';
    for (const each of text.split(",")) {
      const port = Number(each);
      const flaw = !/^\d+$/.test(each) ? "invalid syntax" : port > 65535 ? "value out of range" : undefined;
      if (flaw !== undefined)
        return `unable to parse "${text}" as a port: strconv.ParseUint: parsing "${each}": ${flaw}`;
      if (port < 1) return `port "${text}" must be > 0`;
      ports.push(port);
    }
  }
  return ports;
}

/**
 * Serves port-forward over WebSocket channels from a runtime of the same process. The nth port (from 0) has channel 2n for
 * its bytes and 2n + 1 for its error; both begin with the port as two bytes, little-endian.
 */
export async function serveWebSocketPortForward(
  socket: WebSocket,
  ports: readonly number[],
  open: PortForward["open"],
): Promise<void> {
  const base64 = socket.protocol.includes("base64");
  const gone = new AbortController();
  const inputs = ports.map(() => new ByteQueue((paused) => (paused ? socket.pause() : socket.resume())));
  const send = (channel: number, data: Uint8Array): void => {
    if (socket.readyState !== socket.OPEN) return;
    socket.send(base64 ? channel + Buffer.from(data).toString("base64") : Buffer.concat([Buffer.of(channel), data]));
  };
  socket.on("message", (data) => {
    const message = toBuffer(data);
    const channel = (message[0] ?? 0) - (base64 ? 0x30 : 0);
    const rest = message.subarray(1);
    if (channel % 2 === 0) inputs[channel / 2]?.push(base64 ? Buffer.from(rest.toString("latin1"), "base64") : rest);
  });
  socket.on("error", () => socket.terminate());
  socket.on("close", () => {
    gone.abort();
    for (const input of inputs) input.end();
  });
  await Promise.all(ports.map((port, index) => forward(port, 2 * index, inputs[index] as ByteQueue)));
  socket.close(1000);

  async function forward(port: number, channel: number, stdin: ByteQueue): Promise<void> {
    const mark = Uint8Array.of(port & 0xff, port >> 8);
    send(channel, mark);
    send(channel + 1, mark);
    try {
      const endpoint = await open([port]);
      if ("url" in endpoint) throw new Error("the runtime serves this port over the network only");
      const stdout = (chunk: Uint8Array): void => send(channel, chunk);
      const exit = await endpoint.session({
        stdin,
        stdout,
        stderr: () => undefined,
        resize: NONE,
        signal: gone.signal,
      });
      if (exit.error !== undefined) throw new Error(exit.error);
    } catch (reason) {
      const text = `error forwarding port ${port} to pod: ${messageOf(reason)}`;
      send(channel + 1, new TextEncoder().encode(text));
    }
  }
}
