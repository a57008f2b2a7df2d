import { describe, expect, it } from "vitest";
import { startBuiltIn } from "./built-in.ts";

const V2 = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const V2BETA1 = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";
const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

const crd = {
  metadata: { name: "boats.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "boats", singular: "boat", kind: "Boat", shortNames: ["bt"], categories: ["all"] },
    versions: ["v1", "v1beta1"].map((name) => ({
      name,
      served: true,
      storage: name === "v1",
      schema: { openAPIV3Schema: { type: "object", properties: { size: { type: "integer" } } } },
      subresources: { status: {} },
    })),
  },
};

describe("discovery", () => {
  it.each([
    ["/api", { kind: "APIVersions", versions: ["v1"] }],
    ["/apis", { kind: "APIGroupList", apiVersion: "v1" }],
    ["/apis/apps", { kind: "APIGroup", name: "apps", preferredVersion: { groupVersion: "apps/v1", version: "v1" } }],
    ["/apis/apps/", { kind: "APIGroup", name: "apps" }],
    ["/api/v1", { kind: "APIResourceList", groupVersion: "v1" }],
    ["/apis/autoscaling", { preferredVersion: { version: "v2" } }],
    ["/apis/apps/v1", { kind: "APIResourceList", apiVersion: "v1", groupVersion: "apps/v1" }],
  ])("at %s", async (path, expected) => {
    const { call } = await startBuiltIn();
    expect(await call("GET", path)).toMatchObject({ status: 200, body: expected });
  });

  it.each([
    ["GET", "/apis/nope", 404, "404 page not found"],
    ["GET", "/apis/apps/v9", 404, "the server could not find the requested resource"],
    ["POST", "/apis", 405, "does not allow this method"],
    ["DELETE", "/api/v1", 405, "does not allow this method"],
  ])("to %s %s says %d", async (method, path, status, message) => {
    const { call } = await startBuiltIn();
    const answer = await call(method, path);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(message);
  });

  it("names resources and their subresources", async () => {
    const { call } = await startBuiltIn();
    const { resources } = (await call("GET", "/apis/apps/v1")).body;
    expect(resources.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(["deployments", "deployments/scale", "deployments/status"]),
    );
    expect(resources.find(({ name }: { name: string }) => name === "deployments/scale")).toMatchObject({
      group: "autoscaling",
      version: "v1",
      kind: "Scale",
      verbs: ["get", "patch", "update"],
    });
  });

  it.each([
    [V2, "apidiscovery.k8s.io/v2"],
    [V2BETA1, "apidiscovery.k8s.io/v2beta1"],
    [`${V2},${V2BETA1},application/json`, "apidiscovery.k8s.io/v2"],
    [`${V2BETA1},application/json`, "apidiscovery.k8s.io/v2beta1"],
  ])("comes whole for %s", async (accept, apiVersion) => {
    const { call } = await startBuiltIn();
    const { headers, body } = await call("GET", "/apis", undefined, { accept });
    expect(body).toMatchObject({ kind: "APIGroupDiscoveryList", apiVersion });
    expect(headers["content-type"]).toContain("as=APIGroupDiscoveryList");
    const apps = body.items.find(({ metadata }: { metadata: { name: string } }) => metadata.name === "apps");
    expect(apps.versions[0]).toMatchObject({ version: "v1", freshness: "Current" });
  });

  it.each([`application/json,${V2}`, "application/json", "*/*", "application/yaml"])(
    "comes in parts for %s",
    async (accept) => {
      const { call } = await startBuiltIn();
      expect((await call("GET", "/apis", undefined, { accept })).text).toContain("APIGroupList");
    },
  );

  it("of an unknown whole form is not acceptable", async () => {
    const { call } = await startBuiltIn();
    expect((await call("GET", "/apis", undefined, { accept: V2.replace("v2", "v3") })).status).toBe(406);
  });

  it("need not be read again while nothing changed", async () => {
    const { call } = await startBuiltIn();
    const { etag = "" } = (await call("GET", "/apis", undefined, { accept: V2 })).headers;
    const fresh = await call("GET", "/apis", undefined, { accept: V2, "if-none-match": etag });
    expect([fresh.status, fresh.text]).toEqual([304, ""]);
    await call("POST", CRDS, crd);
    const changed = await call("GET", "/apis", undefined, { accept: V2, "if-none-match": etag });
    expect(changed.status).toBe(200);
    expect(changed.headers.etag).not.toBe(etag);
  });

  it("knows custom resources at once", async () => {
    const { call } = await startBuiltIn();
    await call("POST", CRDS, crd);
    const group = (await call("GET", "/apis/example.com")).body;
    expect(group.versions.map(({ version }: { version: string }) => version)).toEqual(["v1", "v1beta1"]);
    const { resources } = (await call("GET", "/apis/example.com/v1beta1")).body;
    expect(resources).toMatchObject([
      { name: "boats", shortNames: ["bt"], categories: ["all"], kind: "Boat" },
      { name: "boats/status", verbs: ["get", "patch", "update"] },
    ]);
  });
});

describe("OpenAPI", () => {
  it("has an index whose addresses may be kept for ever", async () => {
    const { call } = await startBuiltIn();
    const { paths } = (await call("GET", "/openapi/v3")).body;
    const address: string = paths["apis/apps/v1"].serverRelativeURL;
    const document = await call("GET", address);
    expect(document.headers["cache-control"]).toContain("immutable");
    expect(document.body.openapi).toMatch(/^3\./);
    expect((await call("GET", address.replace(/hash=.*/, "hash=old"))).headers["cache-control"]).not.toContain(
      "immutable",
    );
    const { etag = "" } = document.headers;
    expect((await call("GET", address, undefined, { "if-none-match": etag })).status).toBe(304);
    expect((await call("GET", "/openapi/v3/apis/nope/v1")).status).toBe(404);
  });

  it("describes custom resources, under another hash when they change", async () => {
    const { call } = await startBuiltIn();
    await call("POST", CRDS, crd);
    const address = async (): Promise<string> =>
      (await call("GET", "/openapi/v3")).body.paths["apis/example.com/v1"].serverRelativeURL;
    const first = await address();
    const { components } = (await call("GET", first)).body;
    expect(Object.values(components.schemas)).toContainEqual(
      expect.objectContaining({
        "x-kubernetes-group-version-kind": [{ group: "example.com", version: "v1", kind: "Boat" }],
      }),
    );
    const versions = crd.spec.versions.map((version) => ({
      ...version,
      schema: { openAPIV3Schema: { type: "object", properties: { width: { type: "integer" } } } },
    }));
    await call(
      "PATCH",
      `${CRDS}/boats.example.com`,
      { spec: { versions } },
      { "content-type": "application/merge-patch+json" },
    );
    expect(await address()).not.toBe(first);
  });

  it("comes in version 2, too, as JSON and as protobuf", async () => {
    const { call } = await startBuiltIn();
    const json = await call("GET", "/openapi/v2");
    expect(json.body.swagger).toBe("2.0");
    const accept = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
    const protobuf = await call("GET", "/openapi/v2", undefined, { accept });
    expect(protobuf.headers["content-type"]).toContain("protobuf");
    expect(protobuf.headers.etag).not.toBe(json.headers.etag);
  });
});

describe("the server itself", () => {
  it("says its version", async () => {
    const { call } = await startBuiltIn();
    expect((await call("GET", "/version")).body).toMatchObject({
      major: "1",
      minor: "36",
      gitVersion: "v1.36.3+pinnace.0",
    });
  });

  it.each([
    ["/healthz", "ok"],
    ["/livez", "ok"],
    ["/readyz/ping", "ok"],
    ["/readyz?verbose", "[+]ping ok\n[+]log ok\n[+]etcd ok\nreadyz check passed\n"],
    ["/livez?verbose&exclude=etcd", "[+]ping ok\n[+]log ok\n[+]etcd excluded: ok\nlivez check passed\n"],
  ])("is well: %s", async (path, text) => {
    const { call } = await startBuiltIn();
    expect(await call("GET", path)).toMatchObject({ status: 200, text });
  });

  it("is not well without its store, and does not say why", async () => {
    const { createMemoryStore } = await import("@pinnace/store");
    const { createVirtualClock } = await import("@pinnace/clock");
    const store = createMemoryStore({ clock: createVirtualClock({ start: 0 }) });
    const { call } = await startBuiltIn({ store });
    store.revision = () => Promise.reject(new Error("gone"));
    const answer = await call("GET", "/readyz");
    expect(answer.status).toBe(500);
    expect(answer.text).toContain("[-]etcd failed: reason withheld");
    expect((await call("GET", "/readyz/etcd")).status).toBe(500);
  });

  it("lists its paths", async () => {
    const { call } = await startBuiltIn();
    expect((await call("GET", "/")).body.paths).toEqual(
      expect.arrayContaining(["/api", "/apis/apps/v1", "/version", "/readyz"]),
    );
  });

  it("has the APIServices of what it serves, and no others", async () => {
    const { call } = await startBuiltIn();
    const { items } = (await call("GET", "/apis/apiregistration.k8s.io/v1/apiservices")).body;
    const byName = Object.fromEntries(items.map((each: { metadata: { name: string } }) => [each.metadata.name, each]));
    expect(byName["v1."].spec).toEqual({ version: "v1", groupPriorityMinimum: 18_000, versionPriority: 1 });
    expect(byName["v1.apps"]).toMatchObject({
      metadata: { labels: { "kube-aggregator.kubernetes.io/automanaged": "onstart" } },
      spec: { group: "apps", version: "v1", groupPriorityMinimum: 17_800, versionPriority: 15 },
      status: { conditions: [{ type: "Available", status: "True", reason: "Local" }] },
    });
    expect(byName["v1.apiregistration.k8s.io"]).toBeUndefined();
  });
});
