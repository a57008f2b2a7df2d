import { describe, expect, it } from "vitest";
import { Correlation, type Schema, validateSchema } from "../src/index.ts";

const short: Schema = { type: "string", maxLength: 2 };
const schema: Schema = {
  type: "object",
  properties: {
    a: short,
    plain: { type: "array", items: short },
    keyed: {
      type: "array",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["k"],
      items: { type: "object", properties: { k: { type: "string" }, v: short } },
    },
    map: { type: "object", additionalProperties: short },
    both: { type: "object", allOf: [{ properties: { x: short } }], properties: { x: { type: "string" } } },
  },
};

describe("an update of an object that its schema does not like", () => {
  const cases: readonly [string, object, object, readonly string[]][] = [
    ["may leave a value", { a: "long" }, { a: "long", map: {} }, []],
    ["may not change it", { a: "long" }, { a: "longer" }, ["a"]],
    ["may not add one", {}, { a: "long" }, ["a"]],
    ["may leave a list", { plain: ["long"] }, { plain: ["long"], a: "ok" }, []],
    ["may not touch a list without keys", { plain: ["long"] }, { plain: ["long", "ok"] }, ["plain[0]"]],
    [
      "may add to a list with keys",
      { keyed: [{ k: "1", v: "long" }] },
      { keyed: [{ k: "2" }, { k: "1", v: "long" }] },
      [],
    ],
    [
      "may not move a value to another key",
      { keyed: [{ k: "1", v: "long" }] },
      { keyed: [{ k: "2", v: "long" }] },
      ["keyed[0].v"],
    ],
    ["may add to a map", { map: { a: "long" } }, { map: { a: "long", b: "ok" } }, []],
    ["may not put one into a map", { map: { a: "long" } }, { map: { a: "long", b: "long" } }, ["map.b"]],
  ];
  it.each(cases)("%s", (_, old, value, fields) => {
    expect(validateSchema(value, schema, "", Correlation.of(value, old, schema)).map(({ field }) => field)).toEqual(
      fields,
    );
  });

  it("is never about kind and version, which are the same on both sides", () => {
    const object = { kind: "x", a: { kind: "x" } };
    const root = Correlation.of(
      object,
      { ...object },
      { properties: { kind: short, a: { properties: { kind: short } } } },
    );
    expect([root.member("kind").unchanged, root.member("a").member("kind").unchanged]).toEqual([false, true]);
  });

  it("has nothing to compare with in a create", () => {
    expect(Correlation.none.member("a").item(0).unchanged).toBe(false);
    expect(Correlation.of({ a: 1 }, { a: 1 }, {}).member("a").unchanged).toBe(true);
    expect(Correlation.of({ a: 1 }, { a: 1 }, {}).member("a").detached.unchanged).toBe(true);
  });
});
