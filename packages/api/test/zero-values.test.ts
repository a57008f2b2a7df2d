import { describe, expect, it } from "vitest";
import { completeZeroValuesOf, dropZeroValues } from "../src/zero-values.ts";
import { type Json, recordedObjects, recordedPresent } from "./recorded-objects.ts";

describe("completing zero values", () => {
  const cases: readonly (readonly [string, string, Json, Json])[] = [
    ["a struct appears", "core/v1.ResourceQuota", {}, { metadata: {}, spec: {}, status: {} }],
    ["a required name appears", "core/v1.EnvVar", { value: "" }, { name: "" }],
    ["a pointer stays away", "core/v1.SecurityContext", {}, {}],
    ["an explicit pointer stays", "core/v1.SecurityContext", { runAsUser: 0 }, { runAsUser: 0 }],
    ["a false that is left out goes", "core/v1.PodSpec", { hostNetwork: false, containers: [] }, { containers: [] }],
    ["a missing list that is printed is null", "core/v1.PodSpec", {}, { containers: null }],
    ["a zero time is null", "core/v1.PodCondition", { type: "a", status: "b" }, expectedCondition()],
    ["nulls of what is left out go", "meta/v1.ObjectMeta", { labels: null, creationTimestamp: null }, {}],
    [
      "structs in lists are completed",
      "core/v1.PodSpec",
      { containers: [{}] },
      { containers: [{ name: "", resources: {} }] },
    ],
    [
      "schemas below items, flags and dependencies are completed",
      "apiextensions/v1.JSONSchemaProps",
      {
        id: "",
        items: { id: "", properties: { a: { id: "", type: "string" } } },
        additionalProperties: { id: "", type: "string" },
        dependencies: { a: { id: "" }, b: ["c"] },
      },
      {
        items: { properties: { a: { type: "string" } } },
        additionalProperties: { type: "string" },
        dependencies: { a: {}, b: ["c"] },
      },
    ],
    [
      "a flag in the place of a schema stays",
      "apiextensions/v1.JSONSchemaProps",
      { additionalProperties: false },
      { additionalProperties: false },
    ],
    ["members that are unknown stay", "core/v1.EnvVar", { name: "a", other: null }, { name: "a", other: null }],
  ];

  function expectedCondition(): Json {
    return { type: "a", status: "b", lastProbeTime: null, lastTransitionTime: null };
  }

  it.each(cases)("%s", (_name, type, draft, expected) => {
    const completed = structuredClone(draft);
    completeZeroValuesOf(completed, type);
    expect(completed).toEqual(expected);
  });
});

describe("maps", () => {
  it("come in the order of their keys, as Go prints them", () => {
    const labels = { b: "1", a: "2" };
    const draft = {
      metadata: { name: "p", labels },
      spec: { containers: [{ resources: { limits: { memory: "1", cpu: "1" } } }] },
    };
    completeZeroValuesOf(draft, "core/v1.Pod");
    expect(Object.keys(draft.metadata.labels)).toEqual(["a", "b"]);
    expect(Object.keys(draft.spec.containers[0]?.resources.limits ?? {})).toEqual(["cpu", "memory"]);
    expect(Object.keys(draft.metadata)).toEqual(["name", "labels"]);
  });
});

describe("dropping zero values", () => {
  const cases: readonly (readonly [string, string, Json, Json])[] = [
    ["an empty string", "core.v1.PodSpec", { restartPolicy: "", containers: [] }, { containers: [] }],
    ["a null pointer", "apps.v1.DeploymentSpec", { replicas: null }, {}],
    ["a pointer to zero stays", "apps.v1.DeploymentSpec", { replicas: 0 }, { replicas: 0 }],
    ["a zero port", "core.v1.ServicePort", { port: 80, targetPort: 0 }, { port: 80 }],
    ["a pointer to a zero number or text stays", "apps.v1.RollingUpdateDeployment", { maxSurge: 0 }, { maxSurge: 0 }],
    ["members of structs below", "core.v1.Pod", { spec: { nodeName: "" } }, { spec: {} }],
    [
      "members of structs in maps and lists",
      "core.v1.PodSpec",
      { volumes: [{ emptyDir: { medium: "" } }] },
      { volumes: [{ emptyDir: {} }] },
    ],
  ];

  it.each(cases)("%s", (_name, type, draft, expected) => {
    const dropped = structuredClone(draft);
    dropZeroValues(dropped, { definitionName: `io.k8s.api.${type}` });
    expect(dropped).toEqual(expected);
  });
});

describe.skipIf(!recordedPresent)("what upstream prints", () => {
  it("is complete already", () => {
    const objects = recordedObjects();
    expect(objects.length).toBeGreaterThan(150);
    for (const { from, typeId, object, ignored } of objects) {
      const completed = structuredClone(object);
      completeZeroValuesOf(completed, typeId);
      const kept = (value: Json): Json =>
        JSON.parse(JSON.stringify(value, (key, member) => (ignored.includes(key) ? undefined : member)));
      expect(kept(completed), from).toEqual(kept(object));
    }
  });
});
