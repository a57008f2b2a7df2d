import { describe, expect, it } from "vitest";
import { startBuiltIn } from "./built-in.ts";
import type { Harness } from "./harness.ts";

const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
const scale = { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" };

async function withShips(scope: "Cluster" | "Namespaced", group = "example.com"): Promise<Harness> {
  const harness = await startBuiltIn();
  await harness.call("POST", CRDS, {
    metadata: {
      name: `ships.${group}`,
      annotations: { "api-approved.kubernetes.io": "https://github.com/kubernetes/kubernetes" },
    },
    spec: {
      group,
      scope,
      names: { plural: "ships", kind: "Ship" },
      versions: [{ name: "v1", served: true, storage: true, schema, subresources: { scale } }],
    },
  });
  return harness;
}

describe("a path of a group with custom resources only", () => {
  it.each([
    "/apis/example.com/v1/boats",
    "/apis/example.com/v2/ships",
    "/apis/example.com/v1/namespaces/default/ships",
    "/apis/other.example.com/v1/ships",
  ])("%s leads nowhere, and has no Status", async (path) => {
    const { call } = await withShips("Cluster");
    const { status, text } = await call("GET", path);
    expect([status, text]).toEqual([404, "404 page not found\n"]);
  });

  it("to a subresource that is not defined does not find the object", async () => {
    const { call } = await withShips("Cluster");
    const { body } = await call("GET", "/apis/example.com/v1/ships/a/status");
    expect(body.message).toBe('ships.example.com "a" not found');
  });
});

describe("a custom resource", () => {
  it.each(["example.com", "x.k8s.io"])("of %s is listed with an empty continue token", async (group) => {
    const { call } = await withShips("Cluster", group);
    const { body } = await call("GET", `/apis/${group}/v1/ships`);
    expect(body.metadata).toMatchObject({ continue: "" });
    expect((await call("GET", `/apis/${group}/v1/namespaces/default/ships`)).text).toBe("404 page not found\n");
  });

  it("of another kind is invalid", async () => {
    const { call } = await withShips("Cluster");
    const object = { apiVersion: "example.com/v1", kind: "Boat", metadata: { name: "a" } };
    const { status, body } = await call("POST", "/apis/example.com/v1/ships", object);
    expect([status, body.message]).toEqual([
      422,
      'Boat.example.com "a" is invalid: kind: Invalid value: "Boat": must be Ship',
    ]);
  });

  it("refuses a negative scale in its own name", async () => {
    const { call } = await withShips("Cluster");
    const path = "/apis/example.com/v1/ships";
    const object = { apiVersion: "example.com/v1", kind: "Ship", metadata: { name: "a" }, spec: { replicas: 1 } };
    await call("POST", path, object);
    const merge = { "content-type": "application/merge-patch+json" };
    const { body } = await call("PATCH", `${path}/a/scale`, { spec: { replicas: -1 } }, merge);
    expect(body.message).toBe(
      'Ship.example.com "a" is invalid: .spec.replicas: Invalid value: -1: should be a non-negative integer',
    );
  });
});
