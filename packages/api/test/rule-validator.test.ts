import { type FieldError, fieldPath, type Schema } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import { ruleValidator } from "../src/index.ts";
import { ruleCompilationErrors } from "../src/kinds/apiextensions/rule-compilation.ts";

type Rule = Readonly<Record<string, string | boolean>>;

const rules = (...list: readonly Rule[]): Schema => ({ "x-kubernetes-validations": list });
const integer = (...list: readonly Rule[]): Schema => ({ type: "integer", ...rules(...list) });
const object = (properties: Readonly<Record<string, Schema>>, ...list: readonly Rule[]): Schema => ({
  type: "object",
  properties,
  ...rules(...list),
});
const keyed = (items: Schema): Schema => ({
  type: "array",
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": ["k"],
  items,
});

function shown(errors: readonly FieldError[]): readonly string[] {
  return errors.map(({ field, message }) => `${field}: ${message}`);
}

function found(schema: Schema, value: object, old?: object): readonly string[] {
  return shown(
    ruleValidator(object({ spec: schema }), true)?.validate({ spec: value }, old && { spec: old }).errors ?? [],
  );
}

describe("a rule of a custom resource", () => {
  const says: readonly [string, Schema, object, readonly string[]][] = [
    ["nothing when it holds", object({ a: integer({ rule: "self > 1" }) }), { a: 2 }, []],
    [
      "itself",
      object({ a: integer({ rule: "self > 1" }) }),
      { a: 1 },
      ["spec.a: Invalid value: 1: failed rule: self > 1"],
    ],
    [
      "its message",
      object({ a: integer({ rule: "self > 1", message: " more " }) }),
      { a: 1 },
      ["spec.a: Invalid value: 1: more"],
    ],
    [
      "what its messageExpression gives",
      object({ a: integer({ rule: "self > 1", message: "x", messageExpression: "'more'" }) }),
      { a: 1 },
      ["spec.a: Invalid value: 1: more"],
    ],
    [
      "its message when the expression gives nothing",
      object({ a: integer({ rule: "self > 1", message: "x", messageExpression: "' '" }) }),
      { a: 1 },
      ["spec.a: Invalid value: 1: x"],
    ],
    [
      "its reason",
      object({ a: integer({ rule: "false", message: "x", reason: "FieldValueForbidden" }) }),
      { a: 1 },
      ["spec.a: Forbidden: x"],
    ],
    [
      "that a value is there twice",
      object({ a: integer({ rule: "false", reason: "FieldValueDuplicate" }) }),
      { a: 1 },
      ["spec.a: Duplicate value: 1"],
    ],
    [
      "its field",
      object({ a: integer() }, { rule: "false", message: "x", fieldPath: ".a" }),
      { a: 1 },
      ["spec.a: Invalid value: x"],
    ],
    [
      "that it cannot be evaluated",
      object({ a: integer() }, { rule: "10 / self.a > 1" }),
      { a: 0 },
      ['spec: Invalid value: "object": division by zero evaluating rule: 10 / self.a > 1'],
    ],
    [
      "every item",
      { type: "object", properties: { l: { type: "array", items: integer({ rule: "self > 1" }) } } },
      { l: [1, 2, 0] },
      ["spec.l[0]: Invalid value: 1: failed rule: self > 1", "spec.l[2]: Invalid value: 0: failed rule: self > 1"],
    ],
    [
      "every entry",
      { type: "object", properties: { m: { type: "object", additionalProperties: integer({ rule: "self > 1" }) } } },
      { m: { x: 1 } },
      ["spec.m[x]: Invalid value: 1: failed rule: self > 1"],
    ],
    [
      "what allOf says",
      { type: "object", properties: { a: { type: "integer", allOf: [rules({ rule: "self > 1" })] } } },
      { a: 1 },
      ["spec.a: Invalid value: 1: failed rule: self > 1"],
    ],
    ["nothing of null", object({ a: { ...integer({ rule: "false" }), nullable: true } }), { a: null }, []],
    ["fields by escaped names", object({ "a-b": integer() }, { rule: "self.a__dash__b > 1" }), { "a-b": 2 }, []],
  ];
  it.each(says)("says %s", (_, schema, value, errors) => {
    expect(found(schema, value)).toEqual(errors);
  });

  it("sees name, kind and version of the whole object, and names it <nil>", () => {
    const schema = object({}, { rule: "self.metadata.name == 'b' && self.kind == 'K'", message: "no" });
    const value = { apiVersion: "x/v1", kind: "K", metadata: { name: "a" } };
    expect(shown(ruleValidator(schema, true)?.validate(value).errors ?? [])).toEqual(["<nil>: Invalid value: no"]);
  });

  it("is not there when no schema has one", () => {
    expect(ruleValidator(object({ a: integer() }), true)).toBeUndefined();
  });
});

describe("a rule about a change", () => {
  const fixed = { rule: "self == oldSelf", message: "fixed" };
  const optional = { rule: "oldSelf.hasValue() || self == 0", message: "starts at 0", optionalOldSelf: true };
  const item = object({ k: { type: "string" }, v: integer(fixed) });
  const cases: readonly [string, Schema, object, object | undefined, readonly string[]][] = [
    ["is not asked about a new object", object({ a: integer(fixed) }), { a: 1 }, undefined, []],
    ["refuses a change", object({ a: integer(fixed) }), { a: 2 }, { a: 1 }, ["spec.a: Invalid value: 2: fixed"]],
    ["allows a removal", object({ a: integer(fixed) }), {}, { a: 1 }, []],
    [
      "knows items by their keys",
      object({ l: keyed(item) }),
      {
        l: [
          { k: "b", v: 1 },
          { k: "a", v: 2 },
        ],
      },
      { l: [{ k: "a", v: 1 }] },
      ["spec.l[1].v: Invalid value: 2: fixed"],
    ],
    [
      "with an optional old value is asked about a new object",
      object({ a: integer(optional) }),
      { a: 1 },
      undefined,
      ["spec.a: Invalid value: 1: starts at 0"],
    ],
    ["with an optional old value sees it", object({ a: integer(optional) }), { a: 1 }, { a: 5 }, []],
  ];
  it.each(cases)("%s", (_, schema, value, old, errors) => {
    expect(found(schema, value, old)).toEqual(errors);
  });

  it("only warns of what was broken before", () => {
    const schema = object({ a: integer({ rule: "self > 1", message: "more" }), b: integer() });
    const findings = ruleValidator(schema, true)?.validate({ a: 1, b: 2 }, { a: 1, b: 1 });
    expect(findings).toEqual({ errors: [], warnings: ["a: Invalid value: 1: more"] });
  });
});

describe("the rules of a definition", () => {
  const at = fieldPath("schema");
  const list = (items: Schema, maxItems?: number): Schema => ({
    type: "array",
    items,
    ...(maxItems ? { maxItems } : {}),
  });
  const text = (rule: Rule, maxLength?: number): Schema => ({
    type: "string",
    ...(maxLength ? { maxLength } : {}),
    ...rules(rule),
  });
  const cases: readonly [string, Schema, readonly string[]][] = [
    ["that compile", object({ a: integer({ rule: "self > 1" }) }), []],
    [
      "of a wrong type",
      object({ a: integer({ rule: "self" }) }),
      ["schema.properties[a].x-kubernetes-validations[0].rule: cel expression must evaluate to a bool"],
    ],
    [
      "with a wrong message",
      object({ a: integer({ rule: "true", messageExpression: "1" }) }),
      [
        "schema.properties[a].x-kubernetes-validations[0].messageExpression: messageExpression must evaluate to a string",
      ],
    ],
    [
      "about old items without keys",
      object({ l: list(integer({ rule: "self == oldSelf" }), 3) }),
      [
        "schema.properties[l].items.x-kubernetes-validations[0].rule: oldSelf cannot be used on the uncorrelatable portion of the schema within schema.properties[l]",
      ],
    ],
    [
      "about old items with keys",
      object({ l: { ...keyed(object({ k: { type: "string" } }, { rule: "self == oldSelf" })), maxItems: 3 } }),
      [],
    ],
    [
      "with an option that is not used",
      object({ a: integer({ rule: "true", optionalOldSelf: true }) }),
      [
        "schema.properties[a].x-kubernetes-validations[0].optionalOldSelf: may not be set if oldSelf is not used in rule",
      ],
    ],
    ["that cost little where sizes are known", object({ l: list(text({ rule: "self.contains('x')" }, 10), 10) }), []],
    [
      "that cost too much",
      object({ l: list(list(text({ rule: "self.contains('x')" }))) }),
      [
        "schema.properties[l].items.items.x-kubernetes-validations[0].rule: estimated rule cost exceeds budget by factor of more than 100x",
        "schema.properties[l].items.items.x-kubernetes-validations[0].rule: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema",
        "schema: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x",
      ],
    ],
  ];
  it.each(cases)("%s", (_, schema, errors) => {
    const all = ruleCompilationErrors(schema, at).map(({ field, message }) => {
      const detail = message
        .replace(/^Forbidden: |^Invalid value: (\{.*?\}|true|"[^"]*"): /, "")
        .replace(/ \(try simpl.*$/, "");
      return `${field}: ${detail}`;
    });
    expect(all).toEqual(errors);
  });
});
