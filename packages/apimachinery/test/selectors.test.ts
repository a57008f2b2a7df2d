import { describe, expect, it } from "vitest";
import { labelMatcher, labelSetMatcher, matchNothing, parseFieldSelector, parseLabelSelector } from "../src/index.ts";

const labels = { app: "web", tier: "front", n: "5", empty: "" };

describe("label selectors", () => {
  it.each([
    ["", true],
    ["app", true],
    ["!app", false],
    ["missing", false],
    ["!missing", true],
    ["app=web", true],
    ["app==web", true],
    ["app = web , tier in (front, back)", true],
    ["app!=web", false],
    ["missing!=web", true],
    ["app in (web)", true],
    ["app in (a,b)", false],
    ["app notin (a,b)", true],
    ["missing notin (a)", true],
    ["n>4", true],
    ["n>5", false],
    ["n<6", true],
    ["app>4", false],
    ["missing>4", false],
    ["empty=", true],
    ["empty in ()", true],
    ["empty in (,a)", true],
    ["app in (a,,)", false],
    ["in=x", false],
    ["constructor", false],
    ["constructor=x", false],
    ["!constructor", true],
  ])("%s is %s", (text, matches) => {
    expect(parseLabelSelector(text).matches(labels)).toBe(matches);
  });

  it("takes objects without labels", () => {
    expect(parseLabelSelector("!a,b!=c").matches(undefined)).toBe(true);
    expect(parseLabelSelector("a").matches(undefined)).toBe(false);
  });

  it.each([
    ["a=b=c", "found '=', expected: ',' or 'end of string'"],
    ["a=b c", "found 'c', expected: ',' or 'end of string'"],
    [",", "found ',', expected: !, identifier, or 'end of string'"],
    ["!a=b", "found '=', expected: ',' or 'end of string'"],
    ["a=b,", "found '', expected: identifier after ','"],
    ["!", "unable to parse requirement: found '', expected: identifier"],
    ["a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ["a in b", "unable to parse requirement: found 'b' expected: '('"],
    ["a in (b", "unable to parse requirement: found '', expected: ',' or ')'"],
    ["a in (b c)", "unable to parse requirement: found 'c', expected: ',' or ')'"],
    ["a in (b,=", "unable to parse requirement: found '=', expected: ',', or identifier"],
    ["a in (=)", "unable to parse requirement: found '=', expected: ',', ')' or identifier"],
    ["a=!", "unable to parse requirement: found '!', expected: identifier"],
    [
      "a>b",
      `unable to parse requirement: values[0]: Invalid value: "b": for 'Gt', 'Lt' operators, the value must be an integer`,
    ],
    [
      `a=${"x".repeat(64)}`,
      `unable to parse requirement: values[0][a]: Invalid value: "${"x".repeat(64)}": must be no more than 63 bytes`,
    ],
    [
      "-a=b",
      `unable to parse requirement: <nil>: Invalid value: "-a": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
    ],
  ])("refuses %s", (text, message) => {
    expect(() => parseLabelSelector(text)).toThrow(expect.objectContaining({ message, code: 400 }));
  });

  it("prints itself, sorted by key", () => {
    const text = "b in (y,x),a=1,!c,d,e!=f,g>1";
    expect(parseLabelSelector(text).toString()).toBe("a=1,b in (x,y),!c,d,e!=f,g>1");
    expect(parseLabelSelector(parseLabelSelector(text).toString()).toString()).toBe("a=1,b in (x,y),!c,d,e!=f,g>1");
  });

  it("comes from objects", () => {
    const selector = {
      matchLabels: { app: "web" },
      matchExpressions: [
        { key: "tier", operator: "In", values: ["front", "back"] },
        { key: "canary", operator: "DoesNotExist" },
      ],
    };
    const matcher = labelMatcher(selector);
    expect(matcher.matches(labels)).toBe(true);
    expect(matcher.matches({ ...labels, canary: "" })).toBe(false);
    expect(matcher.toString()).toBe("app=web,!canary,tier in (back,front)");
    expect(matcher.exactValue("app")).toBe("web");
    expect(matcher.exactValue("tier")).toBeUndefined();
    expect(labelMatcher({}).matches(undefined)).toBe(true);
    expect(labelMatcher(undefined)).toBe(matchNothing);
    expect(labelSetMatcher({ app: "web" }).matches(labels)).toBe(true);
    expect(() => labelMatcher({ matchExpressions: [{ key: "a", operator: "Nope" }] })).toThrow(
      '"Nope" is not a valid label selector operator',
    );
  });
});

describe("field selectors", () => {
  it.each([
    ["", { a: "b" }, true],
    ["a=b", { a: "b" }, true],
    ["a==b", { a: "c" }, false],
    ["a!=b", { a: "c" }, true],
    ["a!=", {}, false],
    ["a=", {}, true],
    ["a=b,c=d", { a: "b", c: "d" }, true],
    ["a=b,c!=d", { a: "b", c: "d" }, false],
    ["a=x\\,y\\=z\\\\", { a: "x,y=z\\" }, true],
  ])("%s on %o is %s", (text, values, matches) => {
    expect(parseFieldSelector(text).matches(values as Record<string, string>)).toBe(matches);
  });

  it("lists and prints its terms", () => {
    const selector = parseFieldSelector("b!=x\\,y,a=1");
    expect(selector.requirements).toEqual([
      { field: "a", operator: "=", value: "1" },
      { field: "b", operator: "!=", value: "x,y" },
    ]);
    expect(selector.toString()).toBe("a=1,b!=x\\,y");
    expect(selector.exactValue("a")).toBe("1");
    expect(selector.exactValue("b")).toBeUndefined();
  });

  it.each([
    ["metadata.name", "invalid selector: 'metadata.name'; can't understand 'metadata.name'"],
    ["a=b=c", "invalid field selector: unescaped character in value: 61"],
    ["a=b\\c", "invalid field selector: invalid escape sequence: \\c"],
  ])("refuses %s", (text, message) => {
    expect(() => parseFieldSelector(text)).toThrow(expect.objectContaining({ message, code: 400 }));
  });
});
