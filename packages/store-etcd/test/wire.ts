import { once } from "node:events";
import { createServer, type Server, type Socket, connect as socketTo } from "node:net";

/** A line between a client and a server that can lose and delay what goes over it. */
export interface Wire {
  /** For clients; `target`'s scheme. */
  readonly url: string;
  /** What becomes of requests from now on, and of answers. */
  set(what: { readonly requests?: "pass" | "lose" | "keep"; readonly answers?: "pass" | "lose" }): void;
  /** Ends the clients' connections; what is kept can still be delivered. */
  cut(): void;
  /** Delivers what was kept; resolves when the server has taken it and ended the connections. */
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
      const taken = late.map(({ server }) => once(server, "close"));
      for (const { server, kept } of late) server.end(Buffer.concat(kept.splice(0)));
      await Promise.all(taken);
    },
    close: async () => {
      for (const { client, server } of lines) for (const socket of [client, server]) socket.destroy();
      await once(listener.close(), "close");
    },
  };
}
