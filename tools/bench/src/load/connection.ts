import { once } from "node:events";
import { connect, type TLSSocket } from "node:tls";
import { type Answer, ResponseParser } from "./response-parser.ts";

/** How a load generator reaches an API server on this machine. */
export interface LoadTarget {
  readonly port: number;
  readonly ca: string;
  /** Sent with each request when it is given. */
  readonly token?: string;
  /** The client certificate, when it is given. */
  readonly client?: { readonly certificate: string; readonly key: string };
}

/**
 * One connection of TLS and HTTP/1.1 with one request at a time. Written on the socket by hand, so that the load costs
 * little beside what it measures; the same for every server.
 */
export class Connection {
  readonly #socket: TLSSocket;
  #settle: { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void } | undefined;

  private constructor(socket: TLSSocket, expected: number) {
    this.#socket = socket;
    const parser = new ResponseParser(
      (answer) => {
        const settle = this.#settle;
        this.#settle = undefined;
        settle?.resolve(answer);
      },
      (status) => status !== expected || this.keepBody,
    );
    socket.setNoDelay(true);
    socket.on("data", (data) => parser.push(data));
    const fail = (error = new Error("the server closed the connection")): void => this.#settle?.reject(error);
    socket.on("error", fail);
    socket.on("close", () => fail());
  }

  /** Whether the bodies of expected answers are kept, too. */
  keepBody = false;

  /** `expected` is the status of answers whose bodies are not looked at. */
  static async open({ port, ca, client }: LoadTarget, expected: number): Promise<Connection> {
    const socket = connect({
      ...{ host: "127.0.0.1", port, ca, servername: "localhost", ALPNProtocols: ["http/1.1"] },
      ...(client === undefined ? {} : { cert: client.certificate, key: client.key }),
    });
    await once(socket, "secureConnect");
    return new Connection(socket, expected);
  }

  /** Sends one request, complete with its head. */
  send(request: Uint8Array): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#socket.write(request);
    });
  }

  /** Lets what comes on the socket wait in it. */
  close(): void {
    this.#socket.destroy();
  }
}

/** The head of a request, with its empty line. */
export function headOf(method: string, path: string, target: LoadTarget, contentLength?: number): string {
  return [
    `${method} ${path} HTTP/1.1`,
    `Host: localhost:${target.port}`,
    "Accept: application/json",
    ...(target.token === undefined ? [] : [`Authorization: Bearer ${target.token}`]),
    ...(contentLength === undefined ? [] : ["Content-Type: application/json", `Content-Length: ${contentLength}`]),
    "\r\n",
  ].join("\r\n");
}
