import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createClusterPki } from "@pinnace/pki";
import type { ApiTarget } from "../src/peers/target.ts";

/** What is wrong with a server. */
export interface Faults {
  /** Milliseconds before each answer. */
  readonly delay?: number;
  /** Every so many writes are answered with 500. */
  readonly refuse?: number;
  /** Every so many writes are acknowledged and forgotten. */
  readonly lose?: number;
  /** Every so many events do not reach the watcher that was the first to come. */
  readonly skip?: number;
  /** Every so many events reach it twice. */
  readonly repeat?: number;
}

/** An API server that knows nothing but names, with faults; close it with `stop`. */
export async function startFakeServer(faults: Faults = {}): Promise<ApiTarget> {
  const pki = await createClusterPki({ clock: { now: () => Date.now() } });
  const fake = new FakeApi(faults);
  const { certificate, key } = pki.apiServer;
  const server = createServer({ cert: certificate, key }, (request, response) => void fake.answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    ...{ name: "fake", port, token: "t", ca: pki.authority.certificate, client: pki.admin, pids: [process.pid] },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

class FakeApi {
  readonly #faults: Faults;
  readonly #watchers = new Set<{ readonly path: string; readonly response: ServerResponse }>();
  #stored: string[] = [];
  #writes = 0;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#faults.delay !== undefined) await new Promise((resolve) => setTimeout(resolve, this.#faults.delay));
    if (request.method === "POST") await this.#write(request, response);
    else if (request.url?.includes("watch=true")) this.#watch(request.url, response);
    else this.#list(request.url ?? "", response);
  }

  async #write(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request) body += chunk;
    this.#writes += 1;
    if (this.#every("refuse")) {
      response.writeHead(500).end("refused");
      return;
    }
    if (!this.#every("lose") && request.url?.endsWith("/pods")) this.#stored.push(body);
    let first = true;
    for (const { path, response: watcher } of this.#watchers) {
      if (!path.startsWith(request.url ?? "") || !this.#isOf(path, body)) continue;
      const times = first && this.#every("skip") ? 0 : first && this.#every("repeat") ? 2 : 1;
      for (let time = 0; time < times; time++) watcher.write(`{"type":"ADDED","object":${body}}\n`);
      first = false;
    }
    response.writeHead(201).end("{}");
  }

  #isOf(path: string, body: string): boolean {
    const node = /nodeName%3D([^&]*)/.exec(path)?.[1];
    return node === undefined || body.includes(`"nodeName":"${node}"`);
  }

  #watch(path: string, response: ServerResponse): void {
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    const watcher = { path, response };
    this.#watchers.add(watcher);
    response.once("close", () => this.#watchers.delete(watcher));
  }

  #list(path: string, response: ServerResponse): void {
    const limit = Number(/limit=(\d+)/.exec(path)?.[1] ?? this.#stored.length);
    const items = this.#stored.slice(0, limit).map((_, index) => ({ metadata: { uid: String(index) } }));
    const metadata = { remainingItemCount: this.#stored.length - items.length };
    response.writeHead(200).end(JSON.stringify({ metadata, items: path.endsWith("serviceaccounts") ? [{}] : items }));
  }

  #every(fault: "refuse" | "lose" | "skip" | "repeat"): boolean {
    const each = this.#faults[fault];
    return each !== undefined && this.#writes % each === 0;
  }
}
