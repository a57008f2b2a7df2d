import { once } from "node:events";
import { createServer, type Server, type Socket, connect as socketTo } from "node:net";

/** A line of HTTP/2 without TLS between a client and a server that can lose and delay what goes over it. */
export interface Wire {
  /** For clients; `target`'s scheme. */
  readonly url: string;
  /** What becomes of requests from now on, and of answers. */
  set(what: { readonly requests?: "pass" | "lose" | "keep"; readonly answers?: "pass" | "lose" }): void;
  /** Ends the clients' connections; what is kept can still be delivered. */
  cut(): void;
  /** Delivers the requests that were kept, though not that the client gave them up; resolves when they are answered. */
  deliver(): Promise<void>;
  close(): Promise<void>;
}

interface Line {
  readonly client: Socket;
  readonly server: Socket;
  readonly kept: Buffer[];
}

export async function openWire(target: string): Promise<Wire> {
  const { hostname, port, protocol } = new URL(target);
  let requests: "pass" | "lose" | "keep" = "pass";
  let answers: "pass" | "lose" = "pass";
  const lines = new Set<Line>();
  const listener: Server = createServer((client) => {
    const line: Line = { client, server: socketTo(Number(port), hostname), kept: [] };
    lines.add(line);
    const { server, kept } = line;
    for (const socket of [client, server]) socket.on("error", () => undefined); // it closes next
    client.on("data", (bytes) => {
      if (requests === "pass" && kept.length === 0) server.write(bytes);
      else if (requests !== "lose") kept.push(bytes);
    });
    server.on("data", (bytes) => {
      if (answers === "pass" && !client.destroyed) client.write(bytes);
    });
    client.on("close", () => {
      if (kept.length === 0) server.destroy();
    });
    server.on("close", () => {
      lines.delete(line);
      client.destroy();
    });
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address() as { readonly port: number };
  return {
    url: `${protocol}//127.0.0.1:${address.port}`,
    set: (what) => {
      requests = what.requests ?? requests;
      answers = what.answers ?? answers;
    },
    cut: () => {
      for (const { client } of lines) client.destroy();
    },
    deliver: async () => {
      const late = [...lines].filter(({ kept }) => kept.length > 0);
      await Promise.all(late.map(deliverTo));
    },
    close: async () => {
      for (const { client, server } of lines) for (const socket of [client, server]) socket.destroy();
      await once(listener.close(), "close");
    },
  };
}

/** Types of frames (RFC 9113, section 6). */
const [HEADERS, RST_STREAM, GOAWAY] = [1, 3, 7];

async function deliverTo({ server, kept }: Line): Promise<void> {
  const requests = framesOf(Buffer.concat(kept.splice(0))).filter(({ type }) => type !== RST_STREAM && type !== GOAWAY);
  let left = requests.filter(({ type }) => type === HEADERS).length;
  if (left === 0) return;
  await new Promise<void>((resolve) => {
    let received = Buffer.alloc(0);
    server.on("close", resolve);
    server.on("data", (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      const frames = framesOf(received);
      received = received.subarray(frames.reduce((sum, { bytes: { length } }) => sum + length, 0));
      left -= frames.filter(({ type }) => type === HEADERS).length;
      if (left <= 0) resolve();
    });
    server.write(Buffer.concat(requests.map(({ bytes }) => bytes)));
  });
  server.destroy();
}

interface Frame {
  readonly type: number;
  readonly bytes: Buffer;
}

/** The whole frames at the beginning of some bytes. */
function framesOf(bytes: Buffer): readonly Frame[] {
  const frames: Frame[] = [];
  for (let start = 0; start + 9 <= bytes.length; ) {
    const end = start + 9 + bytes.readUIntBE(start, 3);
    if (end > bytes.length) break;
    frames.push({ type: bytes.readUInt8(start + 3), bytes: bytes.subarray(start, end) });
    start = end;
  }
  return frames;
}
