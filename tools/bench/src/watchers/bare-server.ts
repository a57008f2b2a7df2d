/**
 * A process with the least that a server of watches does: sockets fed with ready frames. What is posted becomes one frame
 * and goes to all watchers of the collection, or to the one of the pod's node. `bare-server.ts <port> <certificate> <key>`
 */
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { Writable } from "node:stream";

const JSON_TYPE = { "content-type": "application/json" };

const [, , port, certificate = "", key = ""] = process.argv;
/** By node; "" watches everything. */
const watchers = new Map<string, Set<Writable>>();

const server = createSecureServer({ cert: certificate, key, allowHTTP1: true });
server.on("request", (request, response) => {
  if (request.method === "POST") void post(request, response);
  else watch(request.url, response);
});
server.listen(Number(port), "127.0.0.1");

function watch(path: string, response: Http2ServerResponse): void {
  response.writeHead(200, JSON_TYPE);
  (response as { flushHeaders?(): void }).flushHeaders?.();
  if (!path.includes("watch=true")) {
    response.end("{}");
    return;
  }
  const node = /nodeName%3D([^&]*)/.exec(path)?.[1] ?? "";
  const own = watchers.get(node) ?? new Set();
  watchers.set(node, own);
  own.add(response);
  response.once("close", () => own.delete(response));
}

async function post(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const node = /"nodeName":"([^"]*)"/.exec(body.toString("latin1"))?.[1] ?? "";
  const frame = Buffer.concat([Buffer.from('{"type":"ADDED","object":'), body, Buffer.from("}\n")]);
  for (const watcher of watchers.get(node) ?? []) watcher.write(frame);
  response.writeHead(201, { ...JSON_TYPE, "content-length": "2" }).end("{}");
}
