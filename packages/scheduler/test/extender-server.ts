import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createServer as createSecureServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";

/** Answers by verb: an object, or a status code. */
export type Answers = Readonly<Record<string, (body: never) => object | number>>;

/** A small scheduler extender on a free port. */
export class ExtenderServer {
  /** What was asked, `verb` and body, in order. */
  readonly asked: { readonly verb: string; readonly body: unknown }[] = [];
  readonly #server: Server;
  readonly #scheme: string;

  private constructor(server: Server, scheme: string) {
    this.#server = server;
    this.#scheme = scheme;
  }

  static async start(answers: Answers, tls?: ServerOptions): Promise<ExtenderServer> {
    const server = tls === undefined ? createServer() : createSecureServer(tls);
    const extender = new ExtenderServer(server as Server, tls === undefined ? "http" : "https");
    server.on("request", async (request, response) => {
      let text = "";
      for await (const chunk of request) text += String(chunk);
      const verb = request.url!.split("/").at(-1)!;
      const body = JSON.parse(text) as never;
      extender.asked.push({ verb, body });
      const answer = answers[verb]?.(body) ?? 404;
      response.statusCode = typeof answer === "number" ? answer : 200;
      response.end(typeof answer === "number" ? "no" : JSON.stringify(answer));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return extender;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `${this.#scheme}://127.0.0.1:${port}/scheduler`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
