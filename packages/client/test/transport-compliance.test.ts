import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { ApiHandler } from "@pinnace/apimachinery";
import { createLocalTransport } from "@pinnace/client";
import { type TransportHarness, transportCompliance } from "@pinnace/client/compliance";
import { createHttpTransport } from "@pinnace/client/node";
import { describe, it } from "vitest";

const local: TransportHarness = {
  connect: async (handler) => ({ transport: createLocalTransport(handler), dispose: async () => undefined }),
};

const http: TransportHarness = {
  connect: async (handler) => {
    const server = createServer((request, response) => void serve(handler, request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return {
      transport: createHttpTransport({ server: `http://127.0.0.1:${port}` }),
      dispose: async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  },
};

async function serve(handler: ApiHandler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const body = await text(request);
  const answer = await handler({
    method: request.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers as Record<string, string>,
    signal: new AbortController().signal,
    ...(body === "" ? {} : { body: { bytes: new TextEncoder().encode(body) } }),
  });
  response.writeHead(answer.status, answer.headers);
  if (answer.body.type === "object") response.end(answer.body.bytes());
  if (answer.body.type !== "watch") return;
  const { events, encode } = answer.body;
  const subscription = events.subscribe({
    next: (event) => response.write(encode(event)),
    complete: () => response.end(),
  });
  response.on("close", () => subscription.unsubscribe());
}

describe.each([
  ["local", local],
  ["http", http],
])("the %s transport", (_name, harness) => {
  it.each(transportCompliance.map((item) => [item.name, item] as const))("%s", (_case, item) => item.run(harness));
});
