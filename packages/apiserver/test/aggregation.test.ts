import type { ApiRequest, ApiResponse, Draft, UserInfo } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import type { ExtensionTarget } from "../src/index.ts";
import { startBuiltIn } from "./built-in.ts";
import type { Harness } from "./harness.ts";

const API_SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices";
const NAME = "v1.metrics.example.com";
const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const RESOURCES = {
  kind: "APIResourceList",
  apiVersion: "v1",
  groupVersion: "metrics.example.com/v1",
  resources: [
    { name: "nodes", singularName: "node", namespaced: false, kind: "NodeMetrics", verbs: ["get", "list"] },
    { name: "nodes/status", singularName: "", namespaced: false, kind: "NodeMetrics", verbs: ["get"] },
  ],
};

interface Call {
  readonly target: ExtensionTarget;
  readonly request: ApiRequest;
  readonly user: UserInfo;
}

const json = (object: unknown, status = 200): ApiResponse => ({
  status,
  headers: { "content-type": "application/json" },
  body: { type: "bytes", bytes: new TextEncoder().encode(JSON.stringify(object)) },
});

/** A server in front of one that answers with `answer`, once it is asked for more than its resources. */
async function inFront(
  answer: (call: Call) => ApiResponse,
): Promise<Harness & { calls: Call[]; setUp(): Promise<void> }> {
  const calls: Call[] = [];
  const harness = await startBuiltIn({
    extensions: {
      request: async (target, request, user) => {
        const call = { target, request, user };
        calls.push(call);
        return request.path === "/apis/metrics.example.com/v1" && user.name === "system:kube-aggregator"
          ? json(RESOURCES)
          : answer(call);
      },
    },
  });
  const { call, clock } = harness;
  await call("POST", API_SERVICES, {
    metadata: { name: NAME },
    spec: {
      ...{ group: "metrics.example.com", version: "v1", groupPriorityMinimum: 100, versionPriority: 100 },
      ...{ service: { namespace: "default", name: "metrics" }, caBundle: btoa("PEM") },
    },
  });
  const setUp = async (): Promise<void> => {
    await call("POST", "/api/v1/namespaces/default/services", {
      metadata: { name: "metrics" },
      spec: { ports: [{ port: 443 }] },
    });
    await call("POST", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", {
      metadata: { name: "metrics-1", labels: { "kubernetes.io/service-name": "metrics" } },
      addressType: "IPv4",
      endpoints: [{ addresses: ["10.0.0.7"] }],
      ports: [{ name: "", port: 8443 }],
    });
    await clock.settle();
  };
  await clock.settle();
  return { ...harness, calls, setUp };
}

async function available({ call }: Harness): Promise<Draft> {
  const { status } = (await call("GET", `${API_SERVICES}/${NAME}`)).body;
  const [{ status: state, reason, message }] = status.conditions;
  return { state, reason, message };
}

describe("an aggregated API", () => {
  it("is available once its Service has an endpoint that answers", async () => {
    const harness = await inFront(() => json({}));
    expect(await available(harness)).toEqual({
      state: "False",
      reason: "ServiceNotFound",
      message: 'service/metrics in "default" is not present',
    });
    expect((await harness.call("GET", "/apis/metrics.example.com/v1/nodes")).status).toBe(503);
    await harness.setUp();
    expect(await available(harness)).toEqual({ state: "True", reason: "Passed", message: "all checks passed" });
    await harness.call("DELETE", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/metrics-1");
    await harness.clock.settle();
    expect((await available(harness)).reason).toBe("EndpointsNotFound");
  });

  it("is asked at an endpoint, on behalf of the user, without the user's credentials", async () => {
    const harness = await inFront(() => json({ kind: "NodeMetricsList", items: [] }));
    await harness.setUp();
    const headers = { authorization: "Bearer secret", "x-remote-user": "root", accept: "application/json" };
    const user = { name: "jane", groups: ["devs", "ops"] };
    const response = await harness.raw("GET", "/apis/metrics.example.com/v1/nodes?limit=5", { headers, user });
    expect(response.status).toBe(200);
    const { target, request, user: asked } = harness.calls.at(-1) as Call;
    expect(target).toEqual({
      host: "10.0.0.7",
      port: 8443,
      serverName: "metrics.default.svc",
      ca: "PEM",
      insecure: false,
    });
    expect([request.path, request.query.get("limit"), request.headers]).toEqual([
      "/apis/metrics.example.com/v1/nodes",
      "5",
      { accept: "application/json" },
    ]);
    expect(asked).toMatchObject(user);
  });

  it("is in discovery", async () => {
    const harness = await inFront(() => json(RESOURCES));
    await harness.setUp();
    const { groups } = (await harness.call("GET", "/apis")).body;
    expect(groups.at(-1)).toEqual({
      name: "metrics.example.com",
      versions: [{ groupVersion: "metrics.example.com/v1", version: "v1" }],
      preferredVersion: { groupVersion: "metrics.example.com/v1", version: "v1" },
    });
    expect((await harness.call("GET", "/apis/metrics.example.com")).body.name).toBe("metrics.example.com");
    expect((await harness.call("GET", "/apis/metrics.example.com/v1")).body).toEqual(RESOURCES);
    const { items } = (await harness.call("GET", "/apis", undefined, { accept: AGGREGATED })).body;
    expect(items.at(-1).versions[0]).toMatchObject({
      version: "v1",
      freshness: "Current",
      resources: [
        {
          resource: "nodes",
          responseKind: { group: "metrics.example.com", version: "v1", kind: "NodeMetrics" },
          scope: "Cluster",
          subresources: [{ subresource: "status" }],
        },
      ],
    });
    await harness.call("DELETE", `${API_SERVICES}/${NAME}`);
    expect((await harness.call("GET", "/apis/metrics.example.com")).status).toBe(404);
  });

  it("is asked again when it did not answer", async () => {
    let broken = true;
    const calls: string[] = [];
    const { call, clock } = await startBuiltIn({
      extensions: {
        request: async ({ host }) => {
          calls.push(host);
          if (broken) throw new Error("dial tcp: refused");
          return json(RESOURCES);
        },
      },
    });
    const spec = { group: "a.example.com", version: "v1", groupPriorityMinimum: 1, versionPriority: 1 };
    await call("POST", "/api/v1/namespaces/default/services", {
      metadata: { name: "s" },
      spec: { type: "ExternalName", externalName: "outside.example.com" },
    });
    await call("POST", API_SERVICES, {
      metadata: { name: "v1.a.example.com" },
      spec: { ...spec, service: { namespace: "default", name: "s" }, insecureSkipTLSVerify: true },
    });
    await clock.settle();
    const condition = async () => (await call("GET", `${API_SERVICES}/v1.a.example.com`)).body.status.conditions[0];
    expect((await condition()).message).toBe(
      "failing or missing response from https://outside.example.com:443/apis/a.example.com/v1: dial tcp: refused",
    );
    broken = false;
    await clock.advance(1_000);
    expect([(await condition()).status, calls.length]).toEqual(["True", 2]);
    await clock.advance(30_000);
    expect(calls.length).toBe(3);
  });
});
