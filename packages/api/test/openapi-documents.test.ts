import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ResourceDefinition } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import { loadDescriptions } from "../src/descriptions.ts";
import { openApiV2Document } from "../src/openapi-v2.ts";
import { encodeOpenApiV2 } from "../src/openapi-v2-protobuf.ts";
import { openApiV3Document, openApiV3Keys } from "../src/openapi-v3.ts";
import { createBuiltInDefinitions } from "../src/registry.ts";
import type { Json } from "./recorded-objects.ts";

const definitions = createBuiltInDefinitions();

describe("OpenAPI v3", () => {
  it("has a document for every key", () => {
    const keys = openApiV3Keys(definitions);
    expect(keys).toEqual(expect.arrayContaining(["api", "api/v1", "apis", "apis/apps", "apis/apps/v1", "version"]));
    for (const key of keys) expect(openApiV3Document(key, definitions), key).toMatchObject({ openapi: "3.0.0" });
    expect(openApiV3Document("apis/nope/v1", definitions)).toBeUndefined();
  });

  it("refers to nothing that is not there", () => {
    for (const key of openApiV3Keys(definitions)) {
      const document = openApiV3Document(key, definitions) as Json;
      const references = new Set(
        [...JSON.stringify(document).matchAll(/#\/components\/schemas\/([^"]+)/g)].map((m) => m[1]),
      );
      for (const name of references) expect(document.components.schemas, `${key} ${name}`).toHaveProperty([name!]);
    }
  });

  it("names the query parameters that clients look for in a patch", () => {
    const document = openApiV3Document("apis/apps/v1", definitions) as Json;
    const patch = document.paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"].patch;
    expect(patch["x-kubernetes-group-version-kind"]).toEqual({ group: "apps", version: "v1", kind: "Deployment" });
    const names = patch.parameters.map((parameter: Json) => parameter.name);
    expect(names).toEqual(["dryRun", "fieldManager", "fieldValidation", "force"]);
  });
});

describe("OpenAPI v2", () => {
  const document = openApiV2Document(definitions) as Json;

  it("has the paths of discovery and of resources", () => {
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(["/api/", "/apis/apps/", "/apis/apps/v1/", "/version/", "/api/v1/pods"]),
    );
    expect(document.definitions["io.k8s.api.core.v1.Pod"].properties.spec).toEqual({
      $ref: "#/definitions/io.k8s.api.core.v1.PodSpec",
    });
  });

  it("becomes a message of the same document", () => {
    const small = {
      swagger: "2.0",
      definitions: { a: { type: "object", "x-b": [1] } },
    };
    const bytes = [
      ...[0x0a, 3, 0x32, 0x2e, 0x30],
      ...[0x4a, 38, 0x0a, 36, 0x0a, 1, 0x61, 0x12, 31],
      ...[0xb2, 1, 8, 0x0a, 6, ...new TextEncoder().encode("object")],
      ...[
        0xfa,
        1,
        12,
        0x0a,
        3,
        ...new TextEncoder().encode("x-b"),
        0x12,
        5,
        0x12,
        3,
        ...new TextEncoder().encode("[1]"),
      ],
    ];
    const encoded = encodeOpenApiV2(small);
    expect(encoded.length).toBe(bytes.length - 0);
    expect([...encoded.subarray(0, 5)]).toEqual(bytes.slice(0, 5));
    expect(encodeOpenApiV2(document).length).toBeGreaterThan(500_000);
  });
});

const recorded = join(import.meta.dirname, "../../../../shared/golden/cases/rest/health-version-openapi.json");

/** Without texts, and with `required` in one order. */
function bare(value: Json): Json {
  return JSON.parse(
    JSON.stringify(value, (key, member) => {
      if (key === "description" && typeof member === "string") return undefined;
      return key === "required" ? member.toSorted() : member;
    }),
  );
}

describe.skipIf(!existsSync(recorded))("the recorded document of coordination.k8s.io/v1", () => {
  it("has the same schemas", async () => {
    const content = JSON.parse(readFileSync(recorded, "utf8")) as Json;
    const [found] = (content.cases ?? content).filter((each: Json) => each.name === "openapi-v3-schema-extensions");
    const expected = found.steps[0].expect["components.schemas"];
    const document = openApiV3Document("apis/coordination.k8s.io/v1", definitions, await loadDescriptions()) as Json;
    expect(bare(document.components.schemas)).toEqual(bare(expected));
  });
});

describe("a custom resource", () => {
  const custom: ResourceDefinition = {
    ...definitions.find((definition) => definition.resource === "leases")!,
    group: "example.com",
    version: "v1",
    resource: "widgets",
    kind: "Widget",
    definitionName: "com.example.v1.Widget",
    schema: {
      type: "object",
      properties: {
        metadata: { $ref: "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" },
        spec: { type: "object", properties: { size: { type: "integer", default: 3 } } },
      },
    },
  };

  it("has a document like a built-in one", () => {
    const document = openApiV3Document("apis/example.com/v1", [...definitions, custom]) as Json;
    const { schemas } = document.components;
    expect(schemas["com.example.v1.Widget"]).toMatchObject({
      properties: { spec: { properties: { size: { type: "integer", default: 3 } } } },
      "x-kubernetes-group-version-kind": [{ group: "example.com", version: "v1", kind: "Widget" }],
    });
    expect(schemas["com.example.v1.WidgetList"].properties.items.items).toEqual({
      $ref: "#/components/schemas/com.example.v1.Widget",
    });
    const item = document.paths["/apis/example.com/v1/namespaces/{namespace}/widgets/{name}"];
    expect(Object.keys(item.patch.requestBody.content)).not.toContain("application/strategic-merge-patch+json");
    expect(Object.keys(document.paths).filter((path) => path.includes("/watch/"))).toEqual([]);
  });

  it("explains what every object has", async () => {
    const all = [...definitions, custom];
    const v2 = openApiV2Document(all, await loadDescriptions()) as Json;
    const { properties } = v2.definitions["com.example.v1.Widget"];
    expect(properties.apiVersion.description).toMatch(/^APIVersion defines/);
    expect(properties.kind.description).toMatch(/^Kind is/);
    expect(properties.metadata).toEqual({
      $ref: "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta",
      description: expect.stringMatching(/^Standard object's metadata/),
    });
    const v3 = openApiV3Document("apis/example.com/v1", all, await loadDescriptions()) as Json;
    expect(v3.components.schemas["com.example.v1.WidgetList"].properties.items.description).toMatch(/^List of widgets/);
  });

  it.each<[string, Json, Json]>([
    ["may hold anything at all", { type: "object", "x-kubernetes-preserve-unknown-fields": true }, { type: "object" }],
    [
      "may hold anything below",
      {
        type: "object",
        properties: { spec: { type: "object", "x-kubernetes-preserve-unknown-fields": true, properties: { a: {} } } },
      },
      { type: "object", properties: { spec: { "x-kubernetes-preserve-unknown-fields": true } } },
    ],
    [
      "may be null",
      {
        type: "object",
        properties: { a: { type: "string", nullable: true }, b: { anyOf: [{}] } },
        required: ["a", "b"],
      },
      { type: "object", properties: { a: {}, b: {} }, required: ["b"] },
    ],
  ])("in v2 says only what its clients understand: it %s", (_, schema, expected) => {
    const document = openApiV2Document([...definitions, { ...custom, schema }]) as Json;
    const { "x-kubernetes-group-version-kind": _gvk, ...written } = document.definitions["com.example.v1.Widget"];
    for (const name of ["apiVersion", "kind", "metadata"]) delete written.properties?.[name];
    expect(written).toEqual(expected);
  });

  it("of a group below k8s.io is published like others", () => {
    const definitionName = "io.k8s.networking.gateway.v1.Widget";
    const document = openApiV2Document([{ ...custom, group: "gateway.networking.k8s.io", definitionName }]) as Json;
    expect(document.definitions[definitionName].properties.spec).toBeDefined();
  });

  it("is in the document of v2, without defaults", () => {
    const document = openApiV2Document([...definitions, custom]) as Json;
    expect(document.definitions["com.example.v1.Widget"].properties.spec.properties.size).toEqual({ type: "integer" });
  });
});
