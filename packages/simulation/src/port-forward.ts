import type { StreamExit, StreamIo } from "@pinnace/cri";
import type { SimulatedSandbox } from "./simulated-container.ts";

/** Answers HTTP/1.1 requests on a forwarded port with the name of the pod, until the client closes its side. */
export async function respond(sandbox: SimulatedSandbox, port: number, io: StreamIo): Promise<StreamExit> {
  const decoder = new TextDecoder("latin1");
  let pending = "";
  for await (const chunk of io.stdin) {
    pending += decoder.decode(chunk, { stream: true });
    for (let request = takeRequest(pending); request; request = takeRequest(pending)) {
      pending = request.rest;
      io.stdout(response(sandbox, port, request.head));
      if (request.close) return { exitCode: 0 };
    }
  }
  return { exitCode: 0 };
}

interface Request {
  readonly head: string;
  readonly close: boolean;
  /** What follows the request. */
  readonly rest: string;
}

/** The first whole request of what has arrived, or undefined. */
function takeRequest(text: string): Request | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  if (text.length < end + 4 + length) return undefined;
  const close = /^connection: *close/im.test(head) || / HTTP\/1\.0$/m.test(head);
  return { head, close, rest: text.slice(end + 4 + length) };
}

function response({ config, ips }: SimulatedSandbox, port: number, head: string): Uint8Array {
  const [method = "", path = "/"] = head.split(" ");
  const body = `${method} ${path}\npod: ${config.namespace}/${config.name}\nip: ${ips[0] ?? ""}\nport: ${port}\n`;
  const lines = [
    "HTTP/1.1 200 OK",
    "Content-Type: text/plain",
    `Content-Length: ${body.length}`,
    "Server: pinnace-simulation",
  ];
  return new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n${method === "HEAD" ? "" : body}`);
}
