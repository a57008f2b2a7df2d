import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFieldManager, type KubernetesObject, type Schema } from "../src/index.ts";
import { fieldTypeOf } from "../src/managed-fields/field-type.ts";
import { ShapeMemo } from "../src/managed-fields/shape-memo.ts";

const text: Schema = { type: "string" };
const map: Schema = { type: "object", additionalProperties: text };
const port: Schema = {
  type: "object",
  properties: { number: { type: "integer" }, protocol: { ...text, default: "TCP" }, name: text },
};
const schema: Schema = {
  type: "object",
  properties: {
    apiVersion: text,
    kind: text,
    metadata: {
      type: "object",
      properties: {
        name: text,
        labels: map,
        finalizers: { type: "array", items: text, "x-kubernetes-list-type": "set" },
      },
    },
    spec: {
      type: "object",
      properties: {
        replicas: { type: "integer" },
        strategy: { type: "object", properties: { type: text } },
        selector: { ...map, "x-kubernetes-map-type": "atomic" },
        args: { type: "array", items: text },
        anything: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
        ports: {
          type: "array",
          items: port,
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["number", "protocol"],
        },
      },
    },
  },
};
const kind = { group: "", version: "v1", kind: "Thing", schema, resolve: () => schema };
const empty = { apiVersion: "v1", kind: "Thing", metadata: {}, spec: { strategy: {}, replicas: 0, args: null } };

const texts = fc.constantFrom("", "a", "b", "TCP");
const labels = fc.dictionary(fc.constantFrom("a", "b", "c"), texts, { maxKeys: 2 });
const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> =>
  fc.oneof({ weight: 4, arbitrary: value }, { weight: 1, arbitrary: fc.constantFrom(null, undefined) });
const ports = fc.record({ number: some(fc.constantFrom(1, 2)), protocol: some(texts), name: some(texts) });
const things = fc.record({
  metadata: fc.record({
    name: texts,
    labels: some(labels),
    finalizers: some(fc.array(fc.oneof(texts, texts, fc.constantFrom(null, {})), { maxLength: 3 })),
  }),
  spec: some(
    fc.record({
      replicas: some(fc.constantFrom(0, 1, "1")),
      strategy: some(fc.oneof(fc.constant({}), fc.record({ type: some(texts) }))),
      selector: some(labels),
      args: some(fc.array(texts, { maxLength: 2 })),
      anything: some(fc.anything({ maxDepth: 2, maxKeys: 2, values: [texts, fc.constant(null)] })),
      ports: some(fc.array(fc.oneof(ports, ports, texts), { maxLength: 3 })),
      undeclared: some(texts),
    }),
  ),
}) as unknown as fc.Arbitrary<KubernetesObject>;

const write = { manager: "tester", now: 0 };

describe("what the creator of an object owns", () => {
  it("is the same for a manager that has seen many shapes as for one that has seen none", () => {
    const seasoned = createFieldManager(kind, { ignored: [], empty });
    fc.assert(
      fc.property(things, (thing) => {
        const fresh = createFieldManager(kind, { ignored: [], empty });
        expect(seasoned.update(undefined, thing, write)).toEqual(fresh.update(undefined, thing, write));
      }),
      { numRuns: 1500 },
    );
  });
});

describe("a memo of shapes", () => {
  const made = (objects: readonly unknown[]): number => {
    const memo = new ShapeMemo<object>(fieldTypeOf(schema, kind.resolve), empty);
    return new Set(objects.map((object) => memo.get(object, () => ({})))).size;
  };

  it.each([
    ["other values", [{ metadata: { name: "a" } }, { metadata: { name: "b" } }], 1],
    ["undefined members", [{ metadata: { name: "a" } }, { metadata: { name: "a", labels: undefined } }], 1],
    ["undeclared members", [{ spec: {} }, { spec: { undeclared: 1 } }], 1],
    ["other labels", [{ metadata: { labels: { a: "" } } }, { metadata: { labels: { b: "" } } }], 2],
    [
      "another order of members",
      [
        { spec: {}, metadata: {} },
        { metadata: {}, spec: {} },
      ],
      2,
    ],
    ["another item", [{ spec: { ports: [{ number: 1 }] } }, { spec: { ports: [{ number: 2 }] } }], 2],
    ["the zero value", [{ spec: { replicas: 0 } }, { spec: { replicas: 1 } }, { spec: { replicas: 2 } }], 2],
    ["null for a list", [{ spec: { args: null } }, { spec: { args: [] } }], 2],
    ["null for a map", [{ spec: { strategy: null } }, { spec: { strategy: {} } }], 2],
    ["a member more", [{ spec: { strategy: {} } }, { spec: { strategy: { type: "a" } } }], 2],
  ])("tells %s apart as it must", (_, objects, count) => {
    expect(made(objects)).toBe(count);
  });

  it("does not keep what it cannot describe", () => {
    const odd = { metadata: { finalizers: [{}] } };
    expect(made([odd, odd])).toBe(2);
  });
});
