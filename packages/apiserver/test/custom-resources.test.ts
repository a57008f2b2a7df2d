import { describe, expect, it, vi } from "vitest";
import { startBuiltIn } from "./built-in.ts";
import type { Harness } from "./harness.ts";

const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const PATH = "/apis/example.com/v1/namespaces/default/boats";

const crd = (version: object = {}): object => ({
  metadata: { name: "boats.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "boats", singular: "boat", kind: "Boat", shortNames: ["bt"] },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                required: ["length"],
                properties: { length: { type: "integer", minimum: 1 }, colour: { type: "string", default: "red" } },
              },
              status: { type: "object", properties: { afloat: { type: "boolean" } } },
            },
          },
        },
        subresources: { status: {} },
        additionalPrinterColumns: [{ name: "Length", type: "integer", jsonPath: ".spec.length" }],
        selectableFields: [{ jsonPath: ".spec.colour" }],
        ...version,
      },
    ],
  },
});

const boat = (name: string, more: object = {}): object => ({
  apiVersion: "example.com/v1",
  kind: "Boat",
  metadata: { name, ...more },
  spec: { length: 3 },
});

async function withBoats(): Promise<Harness> {
  const harness = await startBuiltIn();
  await harness.call("POST", CRDS, crd());
  return harness;
}

describe("defaults that came after an object was stored", () => {
  const added = [
    {
      op: "add",
      path: "/spec/versions/0/schema/openAPIV3Schema/properties/sails",
      value: { type: "integer", default: 2 },
    },
  ];

  it("are there for every reader", async () => {
    const { call } = await withBoats();
    await call("POST", PATH, boat("a"));
    await call("PATCH", `${CRDS}/boats.example.com`, added, { "content-type": "application/json-patch+json" });
    expect((await call("GET", `${PATH}/a`)).body).toMatchObject({ sails: 2 });
    expect((await call("GET", PATH)).body.items[0]).toMatchObject({ sails: 2 });
  });
});

describe("a custom resource", () => {
  it("is served as soon as it is defined", async () => {
    const { call } = await withBoats();
    expect((await call("GET", PATH)).body).toMatchObject({ kind: "BoatList", items: [] });
    expect((await call("GET", "/apis/example.com/v1")).body.resources[0]).toMatchObject({
      name: "boats",
      shortNames: ["bt"],
    });
    const { conditions } = (await call("GET", `${CRDS}/boats.example.com`)).body.status;
    expect(conditions).toMatchObject([
      { type: "NamesAccepted", status: "True" },
      { type: "Established", status: "True" },
    ]);
  });

  it("is defaulted, pruned and validated", async () => {
    const { call } = await withBoats();
    const boat = {
      apiVersion: "example.com/v1",
      kind: "Boat",
      metadata: { name: "a" },
      spec: { length: 3, sail: true },
    };
    const created = await call("POST", PATH, boat);
    expect(created.body.spec).toEqual({ length: 3, colour: "red" });
    expect(created.headers.warning).toContain("unknown field");
    const bad = await call("POST", PATH, { ...boat, metadata: { name: "b" }, spec: { length: 0 } });
    expect(bad.body.details.causes).toEqual([
      {
        field: "spec.length",
        message: "Invalid value: 0: spec.length in body should be greater than or equal to 1",
        reason: "FieldValueInvalid",
      },
    ]);
  });

  it("has columns, selectable fields and a status of its own", async () => {
    const { call } = await withBoats();
    const boat = {
      apiVersion: "example.com/v1",
      kind: "Boat",
      metadata: { name: "a" },
      spec: { length: 3 },
      status: { afloat: true },
    };
    expect((await call("POST", PATH, boat)).body.status).toBeUndefined();
    const patch = { spec: { length: 9 }, status: { afloat: true } };
    const patched = await call("PATCH", `${PATH}/a/status`, patch, { "content-type": "application/merge-patch+json" });
    expect(patched.body).toMatchObject({ spec: { length: 3 }, status: { afloat: true }, metadata: { generation: 1 } });
    const table = await call("GET", `${PATH}?fieldSelector=spec.colour%3Dred`, undefined, {
      accept: "application/json;as=Table;v=v1;g=meta.k8s.io",
    });
    expect(table.body.rows).toMatchObject([{ cells: ["a", 3] }]);
    expect((await call("GET", `${PATH}?fieldSelector=spec.colour%3Dblue`)).body.items).toEqual([]);
  });

  it("goes with its definition, and with its group's APIService", async () => {
    const { call } = await withBoats();
    const services = "/apis/apiregistration.k8s.io/v1/apiservices/v1.example.com";
    await call("POST", PATH, boat("a"));
    await vi.waitFor(async () => expect((await call("GET", services)).status).toBe(200));
    expect((await call("GET", services)).body).toMatchObject({
      metadata: { labels: { "kube-aggregator.kubernetes.io/automanaged": "true" } },
      spec: { groupPriorityMinimum: 1000, versionPriority: 100 },
      status: { conditions: [{ type: "Available", status: "True" }] },
    });
    const deleted = await call("DELETE", `${CRDS}/boats.example.com`);
    expect(deleted.body).toMatchObject({
      kind: "CustomResourceDefinition",
      metadata: { finalizers: ["customresourcecleanup.apiextensions.k8s.io"], deletionTimestamp: expect.any(String) },
    });
    expect(deleted.body.status.conditions).toContainEqual(
      expect.objectContaining({ type: "Terminating", status: "True", reason: "InstanceDeletionPending" }),
    );
    await vi.waitFor(async () => expect((await call("GET", PATH)).status).toBe(404));
    await vi.waitFor(async () => expect((await call("GET", services)).status).toBe(404));
    await call("POST", CRDS, crd());
    expect((await call("GET", PATH)).body.items).toEqual([]);
  });

  it("with finalizers holds its definition back, which then takes no new ones", async () => {
    const { call } = await withBoats();
    await call("POST", PATH, boat("a", { finalizers: ["example.com/f"] }));
    await call("DELETE", `${CRDS}/boats.example.com`);
    await vi.waitFor(async () =>
      expect((await call("GET", `${PATH}/a`)).body.metadata.deletionTimestamp).toBeDefined(),
    );
    expect((await call("POST", PATH, boat("b"))).status).toBe(405);
    expect((await call("GET", `${CRDS}/boats.example.com`)).status).toBe(200);
    const patch = { metadata: { finalizers: null } };
    await call("PATCH", `${PATH}/a`, patch, { "content-type": "application/merge-patch+json" });
    await vi.waitFor(async () => expect((await call("GET", `${CRDS}/boats.example.com`)).status).toBe(404));
  });

  it("whose definition makes no sense leaves the server alone", async () => {
    const { call } = await startBuiltIn();
    await call("POST", CRDS, crd({ additionalPrinterColumns: [{ name: "X", type: "string", jsonPath: "{{" }] }));
    expect((await call("GET", "/api/v1/namespaces")).status).toBe(200);
  });
});
