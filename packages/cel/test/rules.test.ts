import type { Schema } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import {
  type CompiledRule,
  compileRules,
  type DeclType,
  declTypeOfSchema,
  dynamicValue,
  escapeIdentifier,
  OptionalValue,
  RuleCostTotal,
  ruleCardinality,
  ruleCostMessage,
  toJson,
  unescapeIdentifier,
  type ValidationRule,
  valueOfSchema,
} from "../src/index.ts";

const TRY =
  "(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)";

function compile(schema: Schema, rule: ValidationRule): CompiledRule {
  const full = { ...schema, "x-kubernetes-validations": [rule] } as unknown as Schema;
  return compileRules(full, declTypeOfSchema(full) as DeclType)[0] as CompiledRule;
}

const INTEGER: Schema = { type: "integer" };
const TEXT: Schema = { type: "string" };

describe("compiling rules", () => {
  it.each<[ValidationRule, string]>([
    [
      { rule: "self >" },
      "compilation failed: ERROR: <input>:1:7: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | self >\n | ......^",
    ],
    [
      { rule: "foo > 1" },
      "compilation failed: ERROR: <input>:1:1: undeclared reference to 'foo' (in container '')\n | foo > 1\n | ^",
    ],
    [{ rule: "self + 1" }, "cel expression must evaluate to a bool"],
    [
      { rule: 'self > "1"' },
      "compilation failed: ERROR: <input>:1:6: found no matching overload for '_>_' applied to '(int, string)'\n | self > \"1\"\n | .....^",
    ],
    [
      { rule: "self.frobnicate()" },
      "compilation failed: ERROR: <input>:1:16: undeclared reference to 'frobnicate' (in container '')\n | self.frobnicate()\n | ...............^",
    ],
    [
      { rule: "oldSelf.hasValue()" },
      "compilation failed: ERROR: <input>:1:17: found no matching overload for 'hasValue' applied to 'int.()'\n | oldSelf.hasValue()\n | ................^",
    ],
    [{ rule: "self > int('x')" }, "program instantiation failed: type conversion error from 'string' to 'int'"],
  ])("says what is wrong: %j", (rule, error) => {
    expect(compile(INTEGER, rule)).toEqual({
      error,
      usesOldSelf: false,
      maxCost: 0,
      messageExpressionMaxCost: 0,
      maxCardinality: 1_572_864,
    });
  });

  it("leaves blank rules alone", () => {
    const { program, error } = compile(INTEGER, { rule: "   " });
    expect({ program, error }).toEqual({ program: undefined, error: undefined });
  });

  it.each([
    ["self", "messageExpression must evaluate to a string"],
    [
      "'a' +",
      "messageExpression compilation failed: ERROR: <input>:1:6: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | 'a' +\n | .....^",
    ],
  ])("says what is wrong with a message: %s", (messageExpression, error) => {
    const rule = compile(INTEGER, { rule: "self > 1", messageExpression });
    expect(rule.messageExpressionError).toBe(error);
    expect(rule.error).toBeUndefined();
  });

  it("knows rules of transitions", () => {
    expect(compile(INTEGER, { rule: "self > 1" }).usesOldSelf).toBe(false);
    expect(compile(INTEGER, { rule: "self >= oldSelf" }).usesOldSelf).toBe(true);
  });

  it("gives oldSelf as an optional when asked", () => {
    const { program } = compile(INTEGER, { rule: "oldSelf.orValue(0) <= self", optionalOldSelf: true });
    expect(program?.evaluate({ self: 1n, oldSelf: new OptionalValue(undefined) }).value).toBe(true);
    expect(program?.evaluate({ self: 1n, oldSelf: new OptionalValue(2n) }).value).toBe(false);
  });

  it("has no rules where there are none", () => {
    expect(compileRules(INTEGER, declTypeOfSchema(INTEGER) as DeclType)).toEqual([]);
  });
});

describe("costs", () => {
  it.each([
    [1.04, "estimated rule cost exceeds budget by factor of 1.040000x"],
    [1.5, "estimated rule cost exceeds budget by factor of 1.5x"],
    [12.34, "estimated rule cost exceeds budget by factor of 12.3x"],
    [100, "estimated rule cost exceeds budget by factor of 100.0x"],
    [100.1, "estimated rule cost exceeds budget by factor of more than 100x"],
  ])("names the factor %d", (factor, text) => {
    expect(ruleCostMessage("estimated rule cost", factor * 1_000_000, 1_000_000)).toBe(`${text} ${TRY}`);
  });

  it("multiplies by what a schema can hold", () => {
    const bounded = ruleCardinality({ type: "array", maxItems: 10 }, 1);
    expect(bounded).toBe(10);
    expect(ruleCardinality({ type: "object", additionalProperties: TEXT, maxProperties: 5 }, bounded)).toBe(50);
    expect(ruleCardinality({ type: "object", properties: {} }, bounded)).toBe(10);
    expect(ruleCardinality({ type: "array" }, bounded)).toBeUndefined();
    expect(ruleCardinality({ type: "array", maxItems: 10 }, undefined)).toBeUndefined();
  });

  it("refuses a rule in lists of lists", () => {
    const rule = compile(TEXT, { rule: "self.contains('x')" });
    const total = new RuleCostTotal<string>();
    const message = total.add("a", RuleCostTotal.of(rule, undefined), "estimated rule cost");
    expect(message).toBe(`estimated rule cost exceeds budget by factor of more than 100x ${TRY}`);
    expect(total.excess()).toEqual({
      contributors: ["a"],
      message: `x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x ${TRY}`,
    });
  });

  it("refuses a message that may be long", () => {
    const rule = compile(INTEGER, { rule: "self > 1", messageExpression: "'got ' + string(self)" });
    const message = new RuleCostTotal<string>().add(
      "a",
      rule.messageExpressionMaxCost,
      "estimated messageExpression cost",
    );
    expect(message).toBe(`estimated messageExpression cost exceeds budget by factor of more than 100x ${TRY}`);
  });

  it("accepts what a limit holds", () => {
    const schema: Schema = { type: "object", properties: { a: { type: "string", maxLength: 50 } } };
    const rule = compile(schema, { rule: "self.a.replace('b', 'x') != self.a" });
    const total = new RuleCostTotal<string>();
    expect(total.add("a", RuleCostTotal.of(rule, 1), "estimated rule cost")).toBeUndefined();
    expect(total.excess()).toBeUndefined();
  });

  it("names the four most expensive rules of a schema", () => {
    const total = new RuleCostTotal<number>();
    for (const cost of [9e6, 8e6, 50, ...Array.from({ length: 12 }, () => 7e6), 9.5e6, 8.5e6]) {
      expect(total.add(cost, cost, "estimated rule cost")).toBeUndefined();
    }
    expect(total.excess()?.contributors).toEqual([9.5e6, 9e6, 8.5e6, 8e6]);
  });
});

describe("names", () => {
  it.each([
    ["a", "a"],
    ["a-b", "a__dash__b"],
    ["a.b/c", "a__dot__b__slash__c"],
    ["a__b", "a__underscores__b"],
    ["namespace", "__namespace__"],
    ["_x", "_x"],
    ["1a", undefined],
    ["a b", undefined],
    ["é", undefined],
    ["", undefined],
  ])("%j is written %s", (name, escaped) => {
    expect(escapeIdentifier(name)).toBe(escaped);
    if (escaped !== undefined) expect(unescapeIdentifier(escaped)).toBe(name);
  });

  it.each(["a__nothing__b", "__size__", "x__if__"])("%s means nothing", (identifier) => {
    expect(unescapeIdentifier(identifier)).toBeUndefined();
  });
});

describe("types of schemas", () => {
  it.each<[string, Schema, string | undefined]>([
    ["integer", INTEGER, "int"],
    ["number", { type: "number" }, "double"],
    ["bytes", { type: "string", format: "byte" }, "bytes"],
    ["date", { type: "string", format: "date" }, "google.protobuf.Timestamp"],
    ["duration", { type: "string", format: "duration" }, "google.protobuf.Duration"],
    ["a list", { type: "array", items: TEXT }, "list(string)"],
    ["a map", { type: "object", additionalProperties: INTEGER }, "map(string, int)"],
    ["either", { "x-kubernetes-int-or-string": true }, "dyn"],
    ["a list of nobody knows what", { type: "array" }, undefined],
    ["anything", { "x-kubernetes-preserve-unknown-fields": true }, undefined],
  ])("%s", (_name, schema, type) => {
    const decl = declTypeOfSchema(schema);
    expect(decl && String(decl.celType)).toBe(type);
  });

  it("knows metadata at the root alone", () => {
    const schema: Schema = { type: "object", properties: { metadata: { type: "object" } } };
    expect(declTypeOfSchema(schema)?.fields?.get("metadata")?.type.fields?.size).toBe(0);
    const root = declTypeOfSchema(schema, { root: true });
    expect([...(root?.fields?.keys() ?? [])].sort()).toEqual(["apiVersion", "kind", "metadata"]);
    expect([...(root?.fields?.get("metadata")?.type.fields?.keys() ?? [])]).toEqual(["name", "generateName"]);
  });

  it("ends types within themselves", () => {
    const tree: Schema = { type: "object", properties: { name: TEXT, next: { $ref: "tree" } } };
    const decl = declTypeOfSchema({ $ref: "tree" }, { resolve: () => tree });
    expect([...(decl?.fields?.keys() ?? [])]).toEqual(["name"]);
  });
});

describe("data through schemas", () => {
  const LIST: Schema = { type: "array", items: TEXT, "x-kubernetes-list-type": "set" };
  const schema: Schema = { type: "object", properties: { set: LIST, when: { type: "string", format: "date-time" } } };
  const type = { ...schema, properties: { ...schema.properties, other: LIST } };
  const evaluate = (rule: string, value: object): unknown => {
    const { program } = compile(type, { rule });
    const { value: result, error } = program?.evaluate({ self: valueOfSchema(value as never, type) }) ?? {};
    return error ?? result;
  };

  it.each([
    ["self.set == self.other", true],
    ["self.set + ['c', 'a'] == ['a', 'b', 'c']", true],
    ["has(self.when)", false],
    ["self.when > timestamp('2020-01-01T00:00:00Z')", "no such key: when"],
  ])("%s", (rule, expected) => {
    expect(evaluate(rule, { set: ["a", "b"], other: ["b", "a"] })).toBe(expected);
  });

  it("says so when data is not what its schema says", () => {
    expect(evaluate("self.when > timestamp('2020-01-01T00:00:00Z')", { when: "yesterday" })).toMatch(/yesterday/);
  });

  it("goes back to JSON", () => {
    const json = { a: [1, 2.5, "x", null, { b: true }] };
    expect(toJson(dynamicValue(json))).toEqual(json);
    expect(toJson(new Uint8Array([1, 2, 255]))).toBe("AQL/");
    expect(toJson(2n ** 60n)).toBe("1152921504606846976");
    expect(() => toJson(new OptionalValue(undefined))).toThrow(expect.objectContaining({ code: "CEL_NOT_JSON" }));
  });
});
