import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { Connection, headOf, type LoadTarget } from "../load/connection.ts";
import { type ClusterCalls, requireStatus, type SeenPod } from "./cluster-calls.ts";

/** Without a selector: kube-apiserver gives those of one node little room, and ends them when much happens. */
const WATCH = "/api/v1/pods?watch=1";

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
  let watch: Watch | undefined;
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
        const pod = object as SeenPod;
        if (type !== "DELETED" && pod.spec.nodeName) onPod(pod);
      });
    },
    memory: () => 0,
    close: async () => {
      watch?.close();
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

/** A watch that goes on until it is closed. */
interface Watch {
  close(): void;
}

/**
 * Watches a path that asks for it; resolves when the server has answered. A watch that the server ends is taken up where
 * it was.
 */
export async function openWatch(target: LoadTarget, path: string, onObject: OnObject): Promise<Watch> {
  let version = "";
  let closed = false;
  let response: IncomingMessage;
  const open = async (): Promise<void> => {
    response = await respond(target, version === "" ? path : `${path}&resourceVersion=${version}`);
    readLines(response, (type, object) => {
      version = (object as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
      onObject(type, object);
    });
    response.once("close", () => {
      if (!closed) void open();
    });
  };
  await open();
  return {
    close: () => {
      closed = true;
      response.destroy();
    },
  };
}

async function respond({ port, ca, token, client }: LoadTarget, path: string): Promise<IncomingMessage> {
  const asking = request({
    ...{ host: "127.0.0.1", port, ca, servername: "localhost", path },
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    ...(client === undefined ? {} : { cert: client.certificate, key: client.key }),
  });
  asking.end();
  const [response] = (await once(asking, "response")) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`the watch of ${path} gave ${response.statusCode}`);
  return response;
}

function readLines(response: IncomingMessage, onObject: OnObject): void {
  let rest = "";
  response.setEncoding("utf8");
  response.on("error", () => undefined);
  response.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const { type, object } = JSON.parse(line) as { readonly type: string; readonly object: unknown };
      if (type === "ERROR") throw new Error(`a watch failed: ${line.slice(0, 300)}`);
      if (type !== "BOOKMARK") onObject(type as "ADDED", object);
    }
  });
}
