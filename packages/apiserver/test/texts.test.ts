import type { Mismatch } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import { compareVersions, DefinitionRegistry } from "../src/definition-registry.ts";
import { listingBody } from "../src/media/listing.ts";
import { decodeContinue, encodeContinue } from "../src/rest/continue-token.ts";
import { conversionError } from "../src/rest/go-conversion.ts";
import { Warnings } from "../src/warnings.ts";
import { definition } from "./harness.ts";

describe("a continue token", () => {
  it.each([
    { revision: 7, after: "default/web" },
    { revision: -1, after: "system:ünï€" },
  ])("%j survives its encoding", (token) => {
    expect(decodeContinue(encodeContinue(token))).toEqual(token);
  });

  const encode = (value: unknown): string => btoa(JSON.stringify(value));
  it.each([
    ["!!!", "illegal base64 data at input byte 0"],
    [btoa("hello"), "invalid character 'h' looking for beginning of value"],
    [encode({ v: "v2", rv: 1, start: "a" }), 'server does not recognize this encoded version "v2"'],
    [encode({ v: "meta.k8s.io/v1", start: "a" }), "incorrect encoded start resourceVersion"],
    [encode({ v: "meta.k8s.io/v1", rv: 1, start: "" }), "incorrect encoded start resourceVersion"],
  ])("%s is refused", (token, message) => {
    expect(() => decodeContinue(token)).toThrow(`invalid continue token: continue key is not valid: ${message}`);
  });
});

describe("warnings", () => {
  it.each<[string, string[], string | undefined]>([
    ["none", [], undefined],
    ["an empty one", [""], undefined],
    ["one", ["a"], '299 - "a"'],
    ["the same twice", ["a", "a"], '299 - "a"'],
    ["several", ["a", "b"], '299 - "a", 299 - "b"'],
    ["quotes", ['a "b" \\c'], '299 - "a \\"b\\" \\\\c"'],
    ["line ends, which would end the header", ["a\r\nb: c"], '299 - "a  b: c"'],
  ])("of %s", (_name, texts, header) => {
    const warnings = new Warnings();
    for (const text of texts) warnings.add(text);
    expect(warnings.header()).toBe(header);
  });

  it("are cut when they are too long together", () => {
    const warnings = new Warnings();
    for (let index = 0; index < 30; index += 1) warnings.add(`${index}`.padEnd(1000, "x"));
    const shown = warnings.header()!.split(", ");
    expect(shown).toHaveLength(16);
    expect(shown.every((each) => each.length === 256 + '299 - ""'.length)).toBe(true);
  });
});

describe("versions", () => {
  it("are ordered as upstream prefers them", () => {
    const shuffled = ["v1alpha1", "foo", "v10", "v1", "v2beta1", "v1beta2", "bar", "v2", "v1beta1", "v11alpha2"];
    expect(shuffled.sort(compareVersions)).toEqual([
      "v10",
      "v2",
      "v1",
      "v2beta1",
      "v1beta2",
      "v1beta1",
      "v11alpha2",
      "v1alpha1",
      "bar",
      "foo",
    ]);
  });
});

describe("the registry", () => {
  it("grows and shrinks, and counts its changes", () => {
    const boats = definition("Boat", { group: "example.com" });
    const registry = new DefinitionRegistry([definition("Pod"), boats]);
    const { generation } = registry;
    expect(registry.find("example.com", "v1", "boats")).toBe(boats);
    expect(registry.findKind("example.com", "v1", "Boat")).toBe(boats);
    registry.remove(boats);
    registry.remove(boats);
    expect([registry.hasGroup("example.com"), registry.hasGroup("")]).toEqual([false, true]);
    expect(registry.generation).toBe(generation + 1);
    const newer = definition("Boat", { group: "example.com", version: "v2" });
    registry.add(boats);
    registry.add(newer);
    expect(registry.findAnyVersion("example.com", "boats")).toBe(newer);
    expect(registry.versionsOf("example.com")).toEqual(["v2", "v1"]);
  });
});

describe("Go's words", () => {
  it.each<[string, Mismatch, string]>([
    [
      "a text for a number",
      { source: "string", form: "scalar", kind: "int32", goType: "int32" },
      "unrecognized type: int32",
    ],
    [
      "a number for a text",
      { source: "number", form: "scalar", kind: "string", goType: "v1.Protocol" },
      "cannot convert int64 to v1.Protocol",
    ],
    [
      "a flag for a text",
      { source: "bool", form: "scalar", kind: "string", goType: "string" },
      "unrecognized type: string",
    ],
    [
      "a fraction for a number",
      { source: "number 1.5", form: "scalar", kind: "int32", goType: "int32" },
      "cannot convert float64 to int32",
    ],
    [
      "a number for bytes",
      { source: "number", form: "scalar", kind: "bytes", goType: "[]uint8" },
      "cannot restore slice from int64",
    ],
    [
      "a text for a list",
      { source: "string", form: "list", goType: "[]v1.Container" },
      "cannot restore slice from string",
    ],
    [
      "a list for a map",
      { source: "array", form: "map", goType: "map[string]string" },
      "cannot restore map from slice",
    ],
    [
      "a number for a struct",
      { source: "number", form: "struct", goType: "v1.PodSpec" },
      "cannot restore struct from: int64",
    ],
    [
      "a number for a time",
      { source: "number", form: "scalar", kind: "time", goType: "string", decodesItself: true },
      "json: cannot unmarshal number into Go value of type string",
    ],
  ])("for %s", (_name, mismatch, text) => {
    expect(conversionError("json: cannot unmarshal", mismatch)).toBe(text);
  });

  it.each([
    ["something else", "something else"],
    ["illegal base64 data at input byte 0", "error decoding from json: illegal base64 data at input byte 0"],
  ])("for %j", (message, text) => {
    expect(conversionError(message, undefined)).toBe(text);
  });
});

describe("a listing", () => {
  const decoder = new TextDecoder();
  const make = (count: number, pretty: boolean) =>
    listingBody({
      head: { kind: "List", metadata: { resourceVersion: "1" } },
      member: "items",
      items: Array.from({ length: count }, (_, index) => ({ name: `x-${index}`, text: 'a "quoted"\nline' })),
      present: (item) => item,
      print: (item) => item,
      encode: (item, write) => write(JSON.stringify(item)),
      pretty,
    });

  it.each([
    [0, false],
    [1, false],
    [3, false],
    [0, true],
    [1, true],
    [3, true],
  ])("of %d items is what JSON makes of it, indented: %s", (count, pretty) => {
    const body = make(count, pretty);
    const expected = pretty ? `${JSON.stringify(body.object, undefined, 2)}\n` : JSON.stringify(body.object);
    expect(decoder.decode(body.bytes())).toBe(expected);
    expect(body.chunks).toBeUndefined();
  });

  it.each([true, false])("that is long comes in pieces, indented: %s", (pretty) => {
    const body = make(5000, pretty);
    const pieces = [...body.chunks!()];
    expect(pieces.length).toBeGreaterThan(1);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(140_000);
    expect(Buffer.concat(pieces).equals(body.bytes())).toBe(true);
    expect(JSON.parse(decoder.decode(body.bytes()))).toEqual(body.object);
  });
});
