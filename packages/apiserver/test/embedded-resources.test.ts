import { describe, expect, it } from "vitest";
import { startBuiltIn } from "./built-in.ts";
import type { Harness } from "./harness.ts";

const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const PATH = "/apis/example.com/v1/namespaces/default/ships";
const APPLY = { "content-type": "application/apply-patch+yaml" };
const JSON_PATCH = { "content-type": "application/json-patch+json" };
const BYTES = { "content-type": "application/json" };

const openAPIV3Schema = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      properties: {
        colour: { type: "string" },
        template: {
          type: "object",
          "x-kubernetes-embedded-resource": true,
          "x-kubernetes-preserve-unknown-fields": true,
        },
        boats: {
          type: "array",
          items: {
            type: "object",
            "x-kubernetes-embedded-resource": true,
            properties: { spec: { type: "object", properties: { length: { type: "integer" } } } },
          },
        },
      },
    },
  },
};

async function withShips(): Promise<Harness & { create: (spec: object) => ReturnType<Harness["call"]> }> {
  const harness = await startBuiltIn();
  await harness.call("POST", CRDS, {
    metadata: { name: "ships.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural: "ships", kind: "Ship" },
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  });
  const ship = { apiVersion: "example.com/v1", kind: "Ship", metadata: { name: "s" } };
  return { ...harness, create: (spec) => harness.call("POST", PATH, { ...ship, spec }) };
}

const pod = (more: object = {}): object => ({ apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, ...more });

describe("an object inside a custom resource", () => {
  it("keeps kind, version and known metadata", async () => {
    const { create } = await withShips();
    const metadata = { name: "p", labels: { a: "b" }, colour: "red" };
    const { status, body, headers } = await create({
      template: pod({ metadata, spec: { anything: 1 } }),
      boats: [pod({ spec: { length: 3, width: 2 } })],
    });
    expect(status).toBe(201);
    expect(body.spec).toEqual({
      template: pod({ metadata: { name: "p", labels: { a: "b" } }, spec: { anything: 1 } }),
      boats: [pod({ spec: { length: 3 } })],
    });
    expect(String(headers.warning)).toContain(String.raw`unknown field \"spec.template.metadata.colour\"`);
    expect(String(headers.warning)).toContain(String.raw`unknown field \"spec.boats[0].spec.width\"`);
  });

  it.each<[string, object, string]>([
    ["without a kind", { template: { apiVersion: "v1" } }, "spec.template.kind: Required value: must not be empty"],
    ["without a version", { template: { kind: "Pod" } }, "spec.template.apiVersion: Required value: must not be empty"],
    ["with an empty kind", { template: pod({ kind: "" }) }, `spec.template.kind: Invalid value: "": must not be empty`],
    [
      "with a broken version",
      { template: pod({ apiVersion: "a/b/c" }) },
      `spec.template.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c`,
    ],
    [
      "with a broken kind",
      { boats: [pod(), pod({ kind: "No Kind" })] },
      `spec.boats[1].kind: Invalid value: "No Kind": may have mixed case, but should otherwise match: `,
    ],
    [
      "with a broken label",
      { template: pod({ metadata: { labels: { a: "b c" } } }) },
      `spec.template.metadata.labels: Invalid value: "b c": a valid label must be`,
    ],
    [
      "with a name that fits into no path",
      { template: pod({ metadata: { name: "a/b" } }) },
      `spec.template.metadata.name: Invalid value: "a/b": may not contain '/'`,
    ],
  ])("%s is refused", async (_name, spec, message) => {
    const { create } = await withShips();
    const { status, body } = await create(spec);
    expect(status).toBe(422);
    expect(body.message).toContain(message);
  });

  it.each<[string, object, string]>([
    [
      "a kind",
      { template: pod({ kind: 1 }) },
      `Ship in version "v1" cannot be handled as a Ship: spec.template.kind: Invalid value: 1: must be a string`,
    ],
    ["labels", { template: pod({ metadata: { labels: 1 } }) }, "spec.template.metadata: Invalid value: "],
  ])("cannot have %s of a wrong type", async (_name, spec, message) => {
    const { create } = await withShips();
    const { status, body } = await create(spec);
    expect(status).toBe(400);
    expect(body.message).toContain(message);
  });
});

describe("a schema that has lost a field", () => {
  it("hides what was stored there", async () => {
    const { create, call } = await withShips();
    await create({ colour: "red", template: pod() });
    const path = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/colour";
    await call("PATCH", `${CRDS}/ships.example.com`, [{ op: "remove", path }], JSON_PATCH);
    expect((await call("GET", `${PATH}/s`)).body.spec).toEqual({ template: pod() });
    expect((await call("GET", PATH)).body.items[0].spec).toEqual({ template: pod() });
  });
});

describe("a custom resource without a kind", () => {
  it("is refused", async () => {
    const { call } = await withShips();
    const text = `{"apiVersion":"example.com/v1","metadata":{"name":"s"}}`;
    const { status, body } = await call("POST", PATH, text, BYTES);
    expect(status).toBe(400);
    expect(body.message).toBe(
      `the object provided is unrecognized (must be of type Ship): Object 'Kind' is missing in '${text}' ({"apiVersion":"example.com/v1" ...)`,
    );
  });

  it("is refused in YAML, with its JSON", async () => {
    const { call } = await withShips();
    const { body } = await call("POST", PATH, "metadata:\n  name: s\n", { "content-type": "application/yaml" });
    expect(body.message).toContain(`Object 'Kind' is missing in '{"metadata":{"name":"s"}}'`);
  });

  it("cannot be applied, whatever its name", async () => {
    const { call } = await withShips();
    const { status, body } = await call("PATCH", `${PATH}/s?fieldManager=a`, { spec: {} }, APPLY);
    expect(status).toBe(400);
    expect(body.message).toBe("invalid object type: /, Kind=");
  });
});
