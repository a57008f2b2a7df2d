import { describe, expect, it } from "vitest";
import { compileGoPattern, validateSchema } from "../src/index.ts";

describe("compileGoPattern", () => {
  it.each([
    ["^[a-z\\-]+$", "a-b", "a_b"],
    ["(?i)^yes$", "YES", "no"],
    ["^(?P<major>\\d+)\\.(?P<minor>\\d+)$", "1.2", "1"],
    ["\\A[[:alpha:]][[:alnum:]]*\\z", "a1", "1a"],
    ["^\\pL+$", "é", "1"],
    ["^.$", "😀", "😀😀"],
    ["^[^[:space:]]+$", "ab", "a b"],
  ])("%s accepts %s and refuses %s", (pattern, good, bad) => {
    const compiled = compileGoPattern(pattern) as RegExp;
    expect([compiled.test(good), compiled.test(bad)]).toEqual([true, false]);
  });

  it.each([
    ["([", "missing closing ]: `[`"],
    ["a(b", "missing closing ): `a(b`"],
    ["a)", "unexpected ): `a)`"],
    ["*a", "missing argument to repetition operator: `*`"],
  ])("says why %s is no expression", (pattern, why) => {
    expect(compileGoPattern(pattern)).toBe(`error parsing regexp: ${why}`);
  });
});

describe("validateSchema", () => {
  it("says twice that a fraction is no integer", () => {
    const schema = { type: "object", properties: { a: { type: "integer" } } } as const;
    expect(validateSchema({ a: 1.5 }, schema).map(({ field }) => field)).toEqual(["a", "<nil>"]);
    expect(validateSchema({ a: "1" }, schema).map(({ field }) => field)).toEqual(["a"]);
  });

  it.each([
    ["a-b", 0],
    ["A", 1],
  ])("checks %s against a pattern of Go", (value, errors) => {
    expect(
      validateSchema({ a: value }, { type: "object", properties: { a: { pattern: "^[a-z\\-]+$" } } }),
    ).toHaveLength(errors);
  });
});
