import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { createRealClock } from "@pinnace/clock";
import { type CertificateAuthority, createCertificateAuthority } from "@pinnace/pki";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHttpsWebhookCaller } from "../src/node/index.ts";

let authority: CertificateAuthority;
let stranger: CertificateAuthority;
let server: Server;
let port: number;
let plain: ReturnType<typeof createHttpServer>;

const portOf = (listening: { address(): unknown }): number => (listening.address() as AddressInfo).port;

beforeAll(async () => {
  const clock = createRealClock();
  authority = await createCertificateAuthority({ clock, commonName: "cluster" });
  stranger = await createCertificateAuthority({ clock, commonName: "stranger" });
  const serving = await authority.issue({ commonName: "hook", subjectAltNames: ["hook.ns.svc"], usages: ["server"] });
  server = createServer({ cert: serving.certificate, key: serving.key }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.url === "/hang") return;
      const { host } = request.headers;
      response.writeHead(request.url === "/teapot" ? 418 : 200);
      response.end(`${request.method} ${host} ${request.url} ${Buffer.concat(chunks)}`);
    });
  });
  plain = createHttpServer((_, response) => response.end());
  for (const each of [server, plain]) await once(each.listen(0, "127.0.0.1"), "listening");
  port = portOf(server);
});

afterAll(() => {
  for (const each of [server, plain]) {
    each.closeAllConnections();
    each.close();
  }
});

const call = (url: string, more: Partial<Parameters<ReturnType<typeof createHttpsWebhookCaller>["call"]>[0]> = {}) =>
  createHttpsWebhookCaller().call({
    ...{ url, connect: { host: "127.0.0.1", port }, ca: authority.certificate, body: "{}" },
    signal: new AbortController().signal,
    ...more,
  });

describe("the HTTPS webhook caller", () => {
  it("posts to an endpoint under the name of its Service", async () => {
    expect(await call("https://hook.ns.svc/x?timeout=10s")).toEqual({
      status: 200,
      body: "POST hook.ns.svc /x?timeout=10s {}",
    });
    expect((await call("https://hook.ns.svc/teapot")).status).toBe(418);
  });

  const refused: readonly [string, () => Promise<unknown>, RegExp][] = [
    ["another name", () => call("https://other.ns.svc/"), /x509: certificate is not valid for the requested name$/],
    [
      "another authority",
      () => call("https://hook.ns.svc/", { ca: stranger.certificate }),
      /x509: certificate signed by unknown authority$/,
    ],
    [
      "no TLS",
      () => call("https://hook.ns.svc/", { connect: { host: "127.0.0.1", port: portOf(plain) } }),
      /^http: server gave HTTP response to HTTPS client$/,
    ],
    [
      "nobody there",
      () => call("https://127.0.0.1:1/", { connect: { host: "127.0.0.1", port: 1 } }),
      /^dial tcp 127\.0\.0\.1:1: connect: connection refused$/,
    ],
    [
      "no such name",
      () => call("https://hook.ns.svc/", { connect: { host: "nowhere.invalid", port: 443 } }),
      /^dial tcp: lookup nowhere\.invalid: no such host$/,
    ],
  ];
  it.each(refused)("says in Go's words what is wrong: %s", async (_, attempt, text) => {
    await expect(attempt()).rejects.toThrow(text);
  });

  it("gives up when it is told to", async () => {
    const limit = new AbortController();
    const hanging = call("https://hook.ns.svc/hang", { signal: limit.signal });
    await once(server, "request");
    limit.abort(new Error("context deadline exceeded"));
    await expect(hanging).rejects.toThrow("context deadline exceeded");
  });
});
