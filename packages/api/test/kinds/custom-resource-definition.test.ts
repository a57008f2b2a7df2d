import type { Draft, StrategyContext } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import { createBuiltInDefinitions } from "../../src/index.ts";

const context: StrategyContext = { now: 0, user: { name: "jane", groups: [] }, subresource: "" };
const kind = createBuiltInDefinitions().find((each) => each.kind === "CustomResourceDefinition")!;

/** What is wrong with a definition whose objects have this `spec`. */
function errorsOf(spec: Draft, version: Draft = {}): readonly string[] {
  const schema = { openAPIV3Schema: { type: "object", properties: { spec: { type: "object", properties: spec } } } };
  const object: Draft = {
    metadata: { name: "widgets.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural: "widgets", kind: "Widget" },
      versions: [{ name: "v1", served: true, storage: true, schema, ...version }],
    },
  };
  kind.default?.(object);
  return (kind.strategy.validate?.(object, context) ?? []).map(({ field, message }) =>
    `${field}: ${message}`.replace("spec.validation.openAPIV3Schema.properties[spec].properties", ""),
  );
}

describe("defaults in a schema", () => {
  it.each([
    [{ a: { type: "integer", default: 1 } }, []],
    [{ a: { type: "string", default: null } }, []],
    [
      { a: { type: "integer", default: "one" } },
      ['[a].default: Invalid value: "string":  in body must be of type integer: "string"'],
    ],
    [
      { a: { type: "integer", maximum: 3, default: 4 } },
      ["[a].default: Invalid value: 4:  in body should be less than or equal to 3"],
    ],
    [
      { a: { type: "object", properties: { b: { type: "integer" } }, default: { b: "x" } } },
      ['[a].default.b: Invalid value: "string": b in body must be of type integer: "string"'],
    ],
  ])("%j", (spec, errors) => {
    expect(errorsOf(spec)).toEqual(errors);
  });
});

describe("embedded resources", () => {
  it.each([
    [{ type: "object", "x-kubernetes-preserve-unknown-fields": true }, []],
    [{ type: "object", properties: { kind: { type: "string" } } }, []],
    [
      { type: "object" },
      [
        "[a].properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields",
      ],
    ],
  ])("%j", (schema, errors) => {
    expect(errorsOf({ a: { ...schema, "x-kubernetes-embedded-resource": true } })).toEqual(errors);
  });
});

describe("selectable fields", () => {
  const spec = { a: { type: "string" }, n: { type: "number" }, l: { type: "array", items: { type: "string" } } };

  it.each([
    [".spec.a", undefined],
    [".spec['a']", undefined],
    [".spec.zzz", 'Invalid value: ".spec.zzz": is an invalid path: does not refer to a valid field'],
    [".metadata.name", 'Invalid value: ".metadata.name": is an invalid path: does not refer to a valid field'],
    ["spec.a", 'Invalid value: "spec.a": is an invalid path: expected [ or . but got: spec'],
    [".spec.l[0]", 'Invalid value: ".spec.l[0]": is an invalid path: array notation is not allowed'],
    ["", "Required value"],
    [
      ".spec.n",
      'Invalid value: ".spec.n": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
    ],
  ])("%s", (jsonPath, error) => {
    const expected = error === undefined ? [] : [`spec.selectableFields[0].jsonPath: ${error}`];
    expect(errorsOf(spec, { selectableFields: [{ jsonPath }] })).toEqual(expected);
  });

  it("stand once, and are at most eight", () => {
    const twice = [{ jsonPath: ".spec.a" }, { jsonPath: ".spec.a" }];
    expect(errorsOf(spec, { selectableFields: twice })).toEqual([
      'spec.selectableFields[1].jsonPath: Duplicate value: ".spec.a"',
    ]);
    const names = Array.from({ length: 9 }, (_, index) => `f${index}`);
    const many = Object.fromEntries(names.map((name) => [name, { type: "string" }]));
    const selectableFields = names.map((name) => ({ jsonPath: `.spec.${name}` }));
    expect(errorsOf(many, { selectableFields })).toEqual([
      "spec.selectableFields: Too many: 9: must have at most 8 items",
    ]);
  });
});

describe("versions", () => {
  it("have names of their own, of which the first is the definition's, too", () => {
    const fieldsOf = (errors: readonly string[]): readonly string[] => errors.map((error) => error.split(":")[0] ?? "");
    expect(fieldsOf(errorsOf({}, { name: "V1" }))).toEqual(["spec.versions[0].name", "spec.version"]);
  });

  it("with a status hold objects", () => {
    const schema = { openAPIV3Schema: { type: "string" } };
    expect(errorsOf({}, { schema, subresources: { status: {} } })[0]).toBe(
      'spec.validation.openAPIV3Schema.type: Invalid value: "string": only "object" is allowed as the type at the root of the schema if the status subresource is enabled',
    );
  });
});

describe("patterns", () => {
  it("are Go's", () => {
    expect(errorsOf({ a: { type: "string", pattern: "(?i)^[a-z\\-]+$" } })).toEqual([]);
    expect(errorsOf({ a: { type: "string", pattern: "([" } })).toEqual([
      '[a].pattern: Invalid value: "([": must be a valid regular expression, but isn\'t: error parsing regexp: missing closing ]: `[`',
    ]);
  });
});
