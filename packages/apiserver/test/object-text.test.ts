import { deepFreeze, type KubernetesObject } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import { objectText } from "../src/storage/object-text.ts";

const fieldsV1 = { "f:spec": { ".": {}, 'k:{"name":"a"}': { "f:image": {} } } };
const entry = { manager: 'a "b"', operation: "Update", apiVersion: "v1", fieldsType: "FieldsV1", fieldsV1 };

describe("the JSON of a stored object", () => {
  it.each<[string, object]>([
    ["without metadata", { kind: "A", apiVersion: "v1" }],
    ["without managed fields", { kind: "A", metadata: { name: "a" } }],
    ["with no managed fields", { kind: "A", metadata: { name: "a", managedFields: [] }, spec: {} }],
    ["with managed fields", { kind: "A", metadata: { managedFields: [entry, { ...entry, subresource: "status" }] } }],
    [
      "with odd ones",
      { kind: "A", metadata: { managedFields: [{ fieldsV1: null }, {}, null, undefined, "x", [fieldsV1]] } },
    ],
    [
      "with members that are undefined",
      { kind: undefined, metadata: { name: undefined, managedFields: [entry] }, z: 1 },
    ],
    [
      "with odd names",
      { 'a"b': "ü\n", metadata: { "x\\": 1, managedFields: [{ ...entry, "\u2028": null }], last: [{}] } },
    ],
  ])("%s is what JSON.stringify writes", (_, object) => {
    const frozen = deepFreeze(object) as KubernetesObject;
    expect(objectText(frozen)).toBe(JSON.stringify(object));
    expect(objectText(frozen)).toBe(JSON.stringify(object));
  });
});
