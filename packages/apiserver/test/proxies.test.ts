import type { ApiRequest, ApiResponse } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import type { ProxyTarget } from "../src/index.ts";
import { pod, startBuiltIn } from "./built-in.ts";

const NS = "/api/v1/namespaces/default";
const MERGE = { "content-type": "application/merge-patch+json" };
const ok: ApiResponse = {
  status: 200,
  headers: { "content-type": "text/plain" },
  body: { type: "bytes", bytes: new TextEncoder().encode("pong") },
};

async function withPodAndService() {
  const sent: { target: ProxyTarget; request: ApiRequest }[] = [];
  const proxy = {
    request: async (target: ProxyTarget, request: ApiRequest) => {
      sent.push({ target, request });
      return ok;
    },
  };
  const harness = await startBuiltIn({ proxy });
  const { call } = harness;
  const ports = [
    { containerPort: 8080, name: "web" },
    { containerPort: 9090, name: "metrics" },
  ];
  await call("POST", `${NS}/pods`, pod("p", { spec: { containers: [{ name: "a", image: "i", ports }] } }));
  await call("PATCH", `${NS}/pods/p/status`, { status: { podIP: "10.0.0.7", phase: "Running" } }, MERGE);
  const spec = {
    ports: [
      { name: "http", port: 80, targetPort: 8080 },
      { name: "tls", port: 443, targetPort: 8443 },
    ],
  };
  await call("POST", `${NS}/services`, { metadata: { name: "s" }, spec });
  await call("POST", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", {
    metadata: { name: "s-1", labels: { "kubernetes.io/service-name": "s" } },
    addressType: "IPv4",
    endpoints: [
      { addresses: ["10.0.0.7"], conditions: { ready: true } },
      { addresses: ["10.0.0.8"], conditions: { ready: false } },
    ],
    ports: [
      { name: "http", port: 8080 },
      { name: "tls", port: 8443 },
    ],
  });
  return { ...harness, sent };
}

describe("a proxied request", () => {
  it.each<[string, ProxyTarget, string]>([
    ["pods/p/proxy/", { scheme: "http", host: "10.0.0.7", port: 8080 }, "/"],
    ["pods/p:metrics/proxy/a/b", { scheme: "http", host: "10.0.0.7", port: 9090 }, "/a/b"],
    ["pods/p:1234/proxy/a", { scheme: "http", host: "10.0.0.7", port: 1234 }, "/a"],
    ["pods/https:p:web/proxy/a", { scheme: "https", host: "10.0.0.7", port: 8080 }, "/a"],
    ["services/s:http/proxy/x", { scheme: "http", host: "10.0.0.7", port: 8080 }, "/x"],
    ["services/s:80/proxy/x", { scheme: "http", host: "10.0.0.7", port: 8080 }, "/x"],
    ["services/https:s:tls/proxy/x", { scheme: "https", host: "10.0.0.7", port: 8443 }, "/x"],
  ])("to %s goes to %j", async (path, target, rest) => {
    const { call, sent } = await withPodAndService();
    expect(await call("GET", `${NS}/${path}?q=1`)).toMatchObject({ status: 200, text: "pong" });
    expect(sent).toHaveLength(1);
    expect(sent[0]!.target).toEqual(target);
    expect(sent[0]!.request.path).toBe(rest);
    expect(sent[0]!.request.query.toString()).toBe("q=1");
  });

  it("keeps its method and body, and never the caller's credentials", async () => {
    const { raw, sent } = await withPodAndService();
    await raw("POST", `${NS}/services/s:http/proxy/x`, {
      headers: { authorization: "Bearer secret", "x-a": "1" },
      user: { name: "alice", groups: [] },
      body: { bytes: new Uint8Array([1, 2]) },
    });
    const { method, headers, body, user } = sent[0]!.request;
    expect({ method, headers, body, user }).toEqual({
      method: "POST",
      headers: { "x-a": "1" },
      body: { bytes: new Uint8Array([1, 2]) },
      user: undefined,
    });
  });

  it.each(["OPTIONS", "HEAD", "PATCH", "DELETE", "PUT"])("takes %s, whatever it is to whom it goes", async (method) => {
    const { raw, sent } = await withPodAndService();
    expect((await raw(method, `${NS}/pods/p/proxy/`)).status).toBe(200);
    expect(sent.map(({ request }) => request.method)).toEqual([method]);
  });

  it("without a slash leads a reader below the proxy, so that relative links work", async () => {
    const { raw, sent } = await withPodAndService();
    const answer = await raw("GET", `${NS}/services/s:http/proxy?a=b`);
    expect([answer.status, answer.headers.location]).toEqual([301, `${NS}/services/s:http/proxy/?a=b`]);
    expect((await raw("POST", `${NS}/services/s:http/proxy`)).status).toBe(200);
    expect(sent).toHaveLength(1);
  });

  it.each([
    ["pods/nope/proxy/", 404],
    ["services/nope/proxy/", 404],
    ["services/s:nope/proxy/", 503],
    ["pods/p:nope/proxy/", 503],
  ])("to %s is %d", async (path, status) => {
    const { call, sent } = await withPodAndService();
    expect((await call("GET", `${NS}/${path}`)).status).toBe(status);
    expect(sent).toEqual([]);
  });

  it("finds no endpoints when none is ready", async () => {
    const { call } = await withPodAndService();
    const endpoints = [{ addresses: ["10.0.0.8"], conditions: { ready: false } }];
    await call("PATCH", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/s-1", { endpoints }, MERGE);
    const answer = await call("GET", `${NS}/services/s:http/proxy/`);
    expect(answer).toMatchObject({ status: 503, body: { message: 'no endpoints available for service "s"' } });
  });

  it("says when the target does not answer", async () => {
    const proxy = { request: () => Promise.reject(new Error("connection refused")) };
    const { call } = await startBuiltIn({ proxy });
    await call("POST", `${NS}/pods`, pod("p"));
    await call("PATCH", `${NS}/pods/p/status`, { status: { podIP: "10.0.0.7" } }, MERGE);
    const answer = await call("GET", `${NS}/pods/p/proxy/`);
    expect(answer).toMatchObject({ status: 503, body: { message: expect.stringContaining("connection refused") } });
  });

  it("to a node is the kubelet's own path", async () => {
    const asked: ApiRequest[] = [];
    const nodes = {
      connect: async () => async (request: ApiRequest) => {
        asked.push(request);
        return ok;
      },
    };
    const { call } = await startBuiltIn({ nodes });
    await call("POST", "/api/v1/nodes", { metadata: { name: "n" } });
    expect((await call("GET", "/api/v1/nodes/n/proxy/metrics/cadvisor?x=1")).text).toBe("pong");
    expect(asked[0]).toMatchObject({ method: "GET", path: "/metrics/cadvisor" });
    expect((await call("GET", "/api/v1/nodes/nope/proxy/metrics")).status).toBe(404);
  });
});
