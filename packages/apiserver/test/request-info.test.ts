import { describe, expect, it } from "vitest";
import { parseRequest } from "../src/request-info.ts";

type Expected = [
  verb: string,
  group: string,
  version: string,
  namespace: string,
  resource: string,
  name: string,
  subresource: string,
];

const cases: readonly [request: string, expected: Expected][] = [
  ["GET /api/v1/pods", ["list", "", "v1", "", "pods", "", ""]],
  ["GET /api/v1/pods?watch=true", ["watch", "", "v1", "", "pods", "", ""]],
  ["GET /api/v1/pods?watch=0", ["list", "", "v1", "", "pods", "", ""]],
  ["GET /api/v1/namespaces", ["list", "", "v1", "", "namespaces", "", ""]],
  ["GET /api/v1/namespaces/a", ["get", "", "v1", "a", "namespaces", "a", ""]],
  ["PUT /api/v1/namespaces/a/finalize", ["update", "", "v1", "a", "namespaces", "a", "finalize"]],
  ["GET /api/v1/namespaces/a/pods/p", ["get", "", "v1", "a", "pods", "p", ""]],
  ["GET /api/v1/namespaces/a/pods/p?watch=1", ["get", "", "v1", "a", "pods", "p", ""]],
  ["POST /api/v1/namespaces/a/pods/p/eviction", ["create", "", "v1", "a", "pods", "p", "eviction"]],
  ["DELETE /apis/apps/v1/namespaces/a/deployments", ["deletecollection", "apps", "v1", "a", "deployments", "", ""]],
  ["PATCH /apis/apps/v1/namespaces/a/deployments/d/scale", ["patch", "apps", "v1", "a", "deployments", "d", "scale"]],
  ["GET /api/v1/watch/namespaces/a/pods", ["watch", "", "v1", "a", "pods", "", ""]],
  ["GET /api/v1/nodes?fieldSelector=metadata.name%3Dn1", ["list", "", "v1", "", "nodes", "n1", ""]],
  [
    "GET /apis/rbac.authorization.k8s.io/v1/clusterroles/a%3Ab",
    ["get", "rbac.authorization.k8s.io", "v1", "", "clusterroles", "a:b", ""],
  ],
];

describe("what a path and a method ask for", () => {
  it.each(cases)("%s", (request, expected) => {
    const [method = "", url = ""] = request.split(" ");
    const [path = "", query = ""] = url.split("?");
    const info = parseRequest(method, path, new URLSearchParams(query))!;
    expect([info.verb, info.group, info.version, info.namespace, info.resource, info.name, info.subresource]).toEqual(
      expected,
    );
  });

  it.each(["/", "/healthz", "/api", "/api/v1", "/apis", "/apis/apps", "/apis/apps/v1", "/metrics"])(
    "%s is no resource",
    (path) => {
      expect(parseRequest("GET", path, new URLSearchParams())).toMatchObject({
        resourceRequest: false,
        verb: "get",
        path,
      });
    },
  );

  it("knows a malformed escape", () => {
    expect(parseRequest("GET", "/api/v1/%zz", new URLSearchParams())).toBeUndefined();
  });

  it("keeps what follows a proxy", () => {
    const info = parseRequest("GET", "/api/v1/nodes/n/proxy/metrics/cadvisor", new URLSearchParams());
    expect(info).toMatchObject({ name: "n", subresource: "proxy", rest: "metrics/cadvisor" });
  });
});
