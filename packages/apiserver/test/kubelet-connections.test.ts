import { connect, type Socket } from "node:net";
import type { ApiRequest } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import { createHttpNodeConnector, forwardRequest, serve } from "../src/node/index.ts";
import { alice, authority, listen, stranger, text, tls, whoAmI } from "./listeners.ts";

describe("a kubelet of another machine", () => {
  const node = (port: number): object => ({
    metadata: { name: "n" },
    status: {
      addresses: [
        { type: "Hostname", address: "not.there.invalid" },
        { type: "InternalIP", address: "127.0.0.1" },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: port } },
    },
  });
  const ask = (more: Partial<ApiRequest> = {}): ApiRequest => ({
    method: "GET",
    path: "/containerLogs/a/b/c",
    query: new URLSearchParams("tailLines=1"),
    headers: {},
    signal: new AbortController().signal,
    ...more,
  });
  const connector = () =>
    createHttpNodeConnector({ cert: alice.certificate, key: alice.key, ca: authority.certificate });

  it("is reached at its address with the server's own certificate", async () => {
    const { port } = await listen(
      async ({ certificate, path, query }) => text(`${certificate?.commonName} ${path}?${query}`),
      { tls: tls() },
    );
    const kubelet = await connector().connect(node(port) as never);
    const { body } = await kubelet(ask());
    let content = "";
    if (body.type === "stream") for await (const chunk of body.chunks) content += new TextDecoder().decode(chunk);
    expect(content).toBe("alice /containerLogs/a/b/c?tailLines=1");
  });

  it("that another authority vouches for is not believed", async () => {
    const impostor = await stranger.issue({ commonName: "n", subjectAltNames: ["127.0.0.1"], usages: ["server"] });
    const { port } = await listen(whoAmI, { tls: { cert: impostor.certificate, key: impostor.key } });
    const kubelet = await connector().connect(node(port) as never);
    await expect(kubelet(ask())).rejects.toMatchObject({ code: "NODE_UNREACHABLE" });
  });

  it("without an address, or that does not answer, is unreachable", async () => {
    await expect(connector().connect({ metadata: { name: "n" } } as never)).rejects.toMatchObject({
      code: "NODE_UNREACHABLE",
    });
    const { port, close } = await serve({ handler: whoAmI, port: 0 });
    await close();
    const kubelet = await connector().connect(node(port) as never);
    await expect(kubelet(ask())).rejects.toMatchObject({ code: "NODE_UNREACHABLE" });
  });

  it("gets the raw bytes of an upgrade, both ways", async () => {
    const kubelet = await listen(async () => ({
      status: 101,
      headers: {},
      body: {
        type: "upgrade",
        handle: (connection) => {
          const { socket } = connection as { socket: Socket };
          socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
          socket.pipe(socket);
        },
      },
    }));
    const target = { scheme: "http", host: "127.0.0.1", port: kubelet.port } as const;
    const { port } = await listen((request) => forwardRequest(target, request));
    const echoed = await new Promise<string>((resolve) => {
      let answer = "";
      const socket = connect(port, "127.0.0.1", () =>
        socket.write("GET /exec HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"),
      );
      socket.on("data", (chunk) => {
        const first = answer === "";
        answer += String(chunk);
        if (first) socket.write("ahoy");
        if (answer.endsWith("ahoy")) socket.destroy();
      });
      socket.on("close", () => resolve(answer));
    });
    expect(echoed).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n[\s\S]*Upgrade: echo\r\n\r\nahoy$/);
  });
});
