import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { Connection, headOf, type LoadTarget } from "../load/connection.ts";
import { type ClusterCalls, requireStatus, type SeenPod } from "./cluster-calls.ts";

const WATCH = "/api/v1/pods?watch=1&fieldSelector=spec.nodeName!%3D";

/** Calls over so many connections of TLS, of which each has one request at a time. */
export async function httpsCalls(target: LoadTarget, connections: number): Promise<ClusterCalls> {
  const all = await Promise.all(Array.from({ length: connections }, () => Connection.open(target, 0)));
  const free = [...all];
  const waiting: ((connection: Connection) => void)[] = [];
  const take = async (): Promise<Connection> =>
    free.pop() ?? (await new Promise<Connection>((resolve) => waiting.push(resolve)));
  const giveBack = (connection: Connection): void => {
    const next = waiting.shift();
    if (next === undefined) free.push(connection);
    else next(connection);
  };
  let watch: IncomingMessage | undefined;
  return {
    call: async (method, path, body, expected = method === "POST" ? 201 : 200) => {
      const connection = await take();
      const answer = await connection.send(encode(method, path, target, body));
      giveBack(connection);
      // Nobody looks at an answer that is as expected, but for reads and for nodes.
      if (answer.status === expected && method !== "GET" && !path.endsWith("/nodes")) return undefined;
      return requireStatus(method, path, { status: answer.status, object: decode(answer.body) }, expected);
    },
    watchPods: async (onPod) => {
      watch = await openWatch(target, WATCH, (type, object) => {
        if (type !== "DELETED") onPod(object as SeenPod);
      });
    },
    memory: () => 0,
    close: async () => {
      watch?.destroy();
      for (const connection of all) connection.close();
    },
  };
}

function encode(method: string, path: string, target: LoadTarget, body: object | undefined): Uint8Array {
  if (body === undefined) return Buffer.from(headOf(method, path, target));
  const text = JSON.stringify(body);
  const head = headOf(method, path, target, Buffer.byteLength(text));
  const type =
    method === "PATCH" ? head.replace("application/json\r\nContent", "application/merge-patch+json\r\nContent") : head;
  return Buffer.from(type + text);
}

function decode(body: Buffer | undefined): unknown {
  const text = body?.toString("utf8") ?? "";
  return text.startsWith("{") ? JSON.parse(text) : text;
}

/** One object of a watch, with what happened to it. */
type OnObject = (type: "ADDED" | "MODIFIED" | "DELETED", object: unknown) => void;

/** Watches a path that asks for it; resolves when the server has answered. */
export async function openWatch(target: LoadTarget, path: string, onObject: OnObject): Promise<IncomingMessage> {
  const { port, ca, token, client } = target;
  const asking = request({
    ...{ host: "127.0.0.1", port, ca, servername: "localhost", path },
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    ...(client === undefined ? {} : { cert: client.certificate, key: client.key }),
  });
  asking.end();
  const [response] = (await once(asking, "response")) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`the watch of ${path} gave ${response.statusCode}`);
  let rest = "";
  response.setEncoding("utf8");
  response.on("error", () => undefined);
  response.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const { type, object } = JSON.parse(line) as { readonly type: string; readonly object: unknown };
      if (type === "ERROR") throw new Error(`the watch of ${path} failed: ${line.slice(0, 300)}`);
      if (type !== "BOOKMARK") onObject(type as "ADDED", object);
    }
  });
  return response;
}
