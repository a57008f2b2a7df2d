/**
 * A process with the least that Node can do: over HTTPS it sends the bytes of two files, one for paths of a single object
 * and one, in pieces, for a list. `bare-server.ts <port> <certificate> <key> <object file> <list file>`
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:https";

const PIECE = 64 * 1024;

const [, , port, certificate = "", key = "", objectFile = "", listFile = ""] = process.argv;
const object = readFileSync(objectFile);
const list = readFileSync(listFile);
const json = { "content-type": "application/json" };

const server = createServer({ cert: certificate, key }, async (request, response) => {
  if (!request.url?.endsWith("/list")) {
    response.writeHead(200, { ...json, "content-length": object.length }).end(object);
    return;
  }
  response.writeHead(200, json);
  for (let at = 0; at < list.length; at += PIECE)
    if (!response.write(list.subarray(at, at + PIECE))) await new Promise((resolve) => response.once("drain", resolve));
  response.end();
});
server.listen(Number(port), "127.0.0.1");
