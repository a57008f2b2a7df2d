import { get } from "node:http";
import type { ApiHandler } from "@pinnace/apimachinery";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { forwardRequest, type Listener, serve } from "../src/node/index.ts";
import { startServer } from "./harness.ts";

const PATH = "/api/v1/namespaces/default/configmaps";
const open: Listener[] = [];
afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close();
});

async function listen(handler: ApiHandler, more: { bodyLimit?: number } = {}): Promise<Listener> {
  const listener = await serve({ handler, port: 0, ...more });
  open.push(listener);
  return listener;
}

const post = (url: string, body: unknown): Promise<Response> =>
  fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

describe("the HTTP adapter", () => {
  it("serves objects, with headers", async () => {
    const { server } = await startServer();
    const { url } = await listen(server.handler);
    const created = await post(`${url}${PATH}`, { metadata: { name: "a" } });
    expect([created.status, created.headers.get("cache-control")]).toEqual([201, "no-cache, private"]);
    expect(created.headers.get("audit-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(await (await fetch(`${url}${PATH}/a`)).json()).toEqual(await created.json());
    expect((await fetch(`${url}/healthz?verbose`)).status).toBe(200);
  });

  it("compresses what is long", async () => {
    const { server } = await startServer();
    const { url, port } = await listen(server.handler);
    await post(`${url}${PATH}`, { metadata: { name: "a" }, data: { k: "v".repeat(200_000) } });
    const encoding = await new Promise((resolve) =>
      get({ port, path: PATH, headers: { "accept-encoding": "gzip" } }, (response) => {
        response.resume();
        resolve(response.headers["content-encoding"]);
      }),
    );
    expect(encoding).toBe("gzip");
    const list = (await (await fetch(`${url}${PATH}`)).json()) as { items: unknown[] };
    expect(list.items).toHaveLength(1);
  });

  it("refuses a body that is too long", async () => {
    const { server } = await startServer();
    const { url } = await listen(server.handler, { bodyLimit: 100 });
    const answer = await post(`${url}${PATH}`, { metadata: { name: "a".repeat(200) } });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ reason: "RequestEntityTooLarge" });
  });

  it("streams a watch as lines, and over a WebSocket as messages", async () => {
    const { server } = await startServer();
    const { url, port } = await listen(server.handler);
    const response = await fetch(`${url}${PATH}?watch=1&resourceVersion=2`);
    const socket = new WebSocket(`ws://127.0.0.1:${port}${PATH}?watch=1&resourceVersion=2`);
    await new Promise((resolve) => socket.once("open", resolve));
    const message = new Promise<string>((resolve) => socket.once("message", (data) => resolve(String(data))));
    await post(`${url}${PATH}`, { metadata: { name: "a" } });
    const { value } = await response.body!.getReader().read();
    const line = new TextDecoder().decode(value);
    expect(JSON.parse(line)).toMatchObject({ type: "ADDED", object: { metadata: { name: "a" } } });
    expect(JSON.parse(await message)).toEqual(JSON.parse(line));
    socket.terminate();
  });

  it("ends watches when it closes", async () => {
    const { server } = await startServer();
    const listener = await listen(server.handler);
    const response = await fetch(`${listener.url}${PATH}?watch=1&resourceVersion=2`);
    await listener.close();
    expect(await response.text()).toBe("");
  });

  it("names a port that is in use", async () => {
    const { server } = await startServer();
    const { port } = await listen(server.handler);
    await expect(serve({ handler: server.handler, port })).rejects.toMatchObject({ code: "PORT_BUSY" });
  });
});

describe("forwarding", () => {
  it("hands on requests, and never follows redirects", async () => {
    const { port } = await listen(async ({ method, path, query, headers }) => ({
      status: path === "/moved" ? 302 : 200,
      headers: { "content-type": "text/plain", ...(path === "/moved" ? { location: "/elsewhere" } : {}) },
      body: { type: "bytes", bytes: new TextEncoder().encode(`${method} ${path} ${query} ${headers["x-a"]}`) },
    }));
    const target = { scheme: "http", host: "127.0.0.1", port } as const;
    const request = {
      method: "GET",
      query: new URLSearchParams("q=1"),
      headers: { "x-a": "b" },
      signal: new AbortController().signal,
    };
    const answer = await forwardRequest(target, { ...request, path: "/x" });
    let text = "";
    if (answer.body.type === "stream")
      for await (const chunk of answer.body.chunks) text += new TextDecoder().decode(chunk);
    expect(text).toBe("GET /x q=1 b");
    expect(await forwardRequest(target, { ...request, path: "/moved" })).toMatchObject({
      status: 302,
      headers: { location: "/elsewhere" },
    });
  });
});
