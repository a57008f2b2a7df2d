import { once } from "node:events";
import { Agent, request } from "node:https";
import { createServer } from "node:net";

/** Milliseconds; whoever does not answer by then is not there. */
const PATIENCE = 30_000;

/** The API of a cluster under test; certificates are not looked at. */
interface Api {
  /** The status and the decoded body; undefined while nobody listens, or answers. */
  call(method: string, path: string, body?: object): Promise<{ status: number; object: unknown } | undefined>;
  close(): void;
}

/** An API on this machine. */
export function apiAt(port: number, token?: string): Api {
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  const headers = {
    "content-type": "application/json",
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  return {
    call: (method, path, body) =>
      new Promise((resolve) => {
        const asking = request({ host: "127.0.0.1", port, method, path, agent, headers }, async (response) => {
          const chunks: Buffer[] = [];
          for await (const chunk of response) chunks.push(chunk as Buffer);
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, object: text.startsWith("{") ? JSON.parse(text) : text });
        });
        asking.setTimeout(PATIENCE, () => asking.destroy());
        asking.on("error", () => resolve(undefined));
        asking.end(body === undefined ? undefined : JSON.stringify(body));
      }),
    close: () => agent.destroy(),
  };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
