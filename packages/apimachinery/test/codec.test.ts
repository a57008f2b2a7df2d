import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeJson, decodeYaml, encodeJson } from "../src/index.ts";

describe("JSON", () => {
  it("reads what JSON.parse reads", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(decodeJson(text)).toMatchObject({ value: JSON.parse(text), duplicates: [] });
        expect(decodeJson(encodeJson(JSON.parse(text))).value).toEqual(JSON.parse(JSON.stringify(JSON.parse(text))));
      }),
    );
  });

  it.each([
    ["", "unexpected end of JSON input"],
    ['{"a": "v1", ', "unexpected end of JSON input"],
    ["not json", "invalid character 'o' in literal null (expecting 'u')"],
    ["x", "invalid character 'x' looking for beginning of value"],
    ["{a: 1}", "invalid character 'a' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a": 1 "b"}', "invalid character '\"' after object key:value pair"],
    ["[1 2]", "invalid character '2' after array element"],
    ["{} x", "invalid character 'x' after top-level value"],
    ['"\n"', "invalid character '\\n' in string literal"],
    ['"\\q"', "invalid character 'q' in string escape code"],
    ['"\\u12x4"', "invalid character 'x' in \\u hexadecimal character escape"],
    ["-x", "invalid character 'x' in numeric literal"],
    ["1.x", "invalid character 'x' after decimal point in numeric literal"],
    ["1ex", "invalid character 'x' in exponent of numeric literal"],
    ["[1,]", "invalid character ']' looking for beginning of value"],
    [`${"[".repeat(2000)}${"]".repeat(2000)}`, "exceeded max depth"],
  ])("refuses %s", (text, message) => {
    expect(() => decodeJson(text)).toThrow(message);
  });

  it("names duplicates by path; the last one wins", () => {
    const decoded = decodeJson('{"data":{"k":"1","k":"2"},"l":[{"a":1,"a":1}]}');
    expect(decoded.value).toEqual({ data: { k: "2" }, l: [{ a: 1 }] });
    expect(decoded.duplicates).toEqual(['duplicate field "data.k"', 'duplicate field "l[0].a"']);
  });

  it("keeps the texts of unusual numbers", () => {
    const { value, literals } = decodeJson('{"a":1.0,"b":[1,1e2]}');
    expect(literals?.get(value as object)?.get("a")).toBe("1.0");
    expect(literals?.get((value as { b: object }).b)?.get("1")).toBe("1e2");
  });

  it("is not fooled by colons and braces in texts, nor by __proto__", () => {
    expect(decodeJson('{"a":"x:{\\"y\\":1}","b\\\\":"."}').value).toEqual({ a: 'x:{"y":1}', "b\\": "." });
    const { value } = decodeJson('{"__proto__":{"polluted":1},"__proto__":2}');
    expect(Object.keys(value as object)).toEqual(["__proto__"]);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe("YAML", () => {
  it.each([
    ["a: yes", { a: true }],
    ["a: Off", { a: false }],
    ["n: 1\ny: 2", { false: 1, true: 2 }],
    ["a: 017", { a: 15 }],
    ["a: 0o17", { a: 15 }],
    ["a: 0x1F", { a: 31 }],
    ["a: 0b11", { a: 3 }],
    ["a: 1_000", { a: 1000 }],
    ["a: 08", { a: 8 }],
    ["a: 1e3", { a: 1000 }],
    ["a: 1.50", { a: 1.5 }],
    ["a: 12:30:45", { a: "12:30:45" }],
    ["a: 2024-01-02", { a: "2024-01-02" }],
    ["a: 'yes'", { a: "yes" }],
    ['a: "1"', { a: "1" }],
    ["a: ~\nb:\nc: null", { a: null, b: null, c: null }],
    ["1: a\ntrue: b\n1.5: c", { "1": "a", true: "b", "1.5": "c" }],
    ["a: !!str 1", { a: "1" }],
    ["a: |\n  x\n  y\n", { a: "x\ny\n" }],
    ["a: &x {b: 1}\nc: *x", { a: { b: 1 }, c: { b: 1 } }],
    ["base: &x {a: 1, b: 2}\nc:\n  <<: *x\n  b: 3", { base: { a: 1, b: 2 }, c: { a: 1, b: 3 } }],
    ["a: 1\n---\nb: 2", { a: 1 }],
    ['{"a": [1, {"b": null}]}', { a: [1, { b: null }] }],
    ["", null],
    ["- a\n- b", ["a", "b"]],
    ["a: 1.2.3.4", { a: "1.2.3.4" }],
    ["a: {x: 1, z: [2]}", { a: { x: 1, z: [2] } }],
  ])("%s", (text, value) => {
    expect(decodeYaml(text).value).toEqual(value);
  });

  it("names duplicate keys by line; the last one wins", () => {
    const decoded = decodeYaml("metadata:\n  name: a\ndata:\n  k: a\n  k: b\n");
    expect(decoded.value).toEqual({ metadata: { name: "a" }, data: { k: "b" } });
    expect(decoded.duplicates).toEqual(['yaml: unmarshal errors:\n  line 5: key "k" already set in map']);
  });

  it.each([
    ["a: *x", "yaml: unknown anchor 'x' referenced"],
    ["[a]: b", "unsupported map key of type: slice"],
    ["{", "yaml: line 1: did not find expected node content"],
    ["a: [", "yaml: line 1: did not find expected node content"],
    ["a: [1", "yaml: line 1: did not find expected ',' or ']'"],
    ["a: {b: c", "yaml: line 1: did not find expected ',' or '}'"],
    ["a: 'x", "yaml: line 1: found unexpected end of stream"],
    ["a:\n\tb: 1", "yaml: line 2: found character that cannot start any token"],
    ["- a\nb: c", "yaml: line 2: did not find expected key"],
    ["a: b: c", "yaml: line 1: mapping values are not allowed in this context"],
    ["a: &x [*x]", "yaml: anchor 'x' value contains itself"],
  ])("refuses %s", (text, message) => {
    expect(() => decodeYaml(text)).toThrow(message);
  });

  it("refuses an alias bomb", () => {
    const levels = Array.from({ length: 9 }, (_, level) =>
      level === 0
        ? "a0: &a0 [x,x,x,x,x,x,x,x,x,x]"
        : `a${level}: &a${level} [${`*a${level - 1},`.repeat(9)}*a${level - 1}]`,
    );
    expect(() => decodeYaml(levels.join("\n"))).toThrow(expect.objectContaining({ code: "TOO_MANY_ALIASES" }));
  });
});
