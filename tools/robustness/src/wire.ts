import { once } from "node:events";
import { createServer, type Server, type Socket, connect as socketTo } from "node:net";

/** Connections to a server that can be cut, and whose requests or answers can be lost before. */
export class Wire {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #lost: "requests" | "answers" | undefined;

  constructor(target: string) {
    const { hostname, port } = new URL(target);
    this.#server = createServer((client) => this.#join(client, socketTo(Number(port), hostname)));
  }

  /** Resolves to the URL for clients. */
  async open(): Promise<string> {
    await once(this.#server.listen(0, "127.0.0.1"), "listening");
    return `http://127.0.0.1:${(this.#server.address() as { readonly port: number }).port}`;
  }

  /** From now on nothing comes through in one direction, until {@link cut}. */
  lose(what: "requests" | "answers"): void {
    this.#lost = what;
  }

  /** Ends all connections; new ones are good. */
  cut(): void {
    this.#lost = undefined;
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.cut();
    await closed;
  }

  #join(client: Socket, server: Socket): void {
    for (const [from, to, what] of [[client, server, "requests"] as const, [server, client, "answers"] as const]) {
      this.#sockets.add(from);
      from.on("error", () => undefined); // it closes next
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.on("data", (bytes) => {
        if (this.#lost !== what && to.writable) to.write(bytes);
      });
    }
  }
}
