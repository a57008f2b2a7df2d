import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deepFreeze } from "../src/index.ts";
import { FieldSet } from "../src/managed-fields/field-set.ts";
import { decodeFieldsV1, encodeFieldsV1 } from "../src/managed-fields/fields-v1.ts";
import { compareElements, elementsText, normalElement } from "../src/managed-fields/path-element.ts";

const element = fc.constantFrom("f:a", "f:b", 'k:{"name":"x"}', 'k:{"name":"y"}', 'v:"s"', "v:1", "i:0");
const path = fc.array(element, { minLength: 1, maxLength: 4 });
const sets = fc.array(path, { maxLength: 8 }).map((paths) => {
  const set = new FieldSet();
  for (const members of paths) set.insert(members);
  return set;
});
const keys = (set: FieldSet): Set<string> => new Set(set.paths().map((members) => members.join("/")));
const same = (set: FieldSet, expected: Iterable<string>): void => {
  expect([...keys(set)].sort()).toEqual([...expected].sort());
};

describe("the algebra is that of sets of paths", () => {
  it("unites, intersects and subtracts", () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        const [left, right] = [keys(a), keys(b)];
        same(a.union(b), left.union(right));
        same(a.intersection(b), left.intersection(right));
        same(a.difference(b), left.difference(right));
        const below = [...left].filter((key) => ![...right].some((other) => `${key}/`.startsWith(`${other}/`)));
        same(a.recursiveDifference(b), below);
      }),
    );
  });

  it("knows equality and membership", () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        expect(a.union(b).equals(b.union(a))).toBe(true);
        expect(a.equals(b)).toBe(keys(a).symmetricDifference(keys(b)).size === 0);
        expect(a.difference(a).isEmpty).toBe(true);
        for (const members of a.paths()) expect(a.hasPath(members)).toBe(true);
      }),
    );
  });

  it("survives its encoding", () => {
    fc.assert(
      fc.property(sets, (set) => {
        const fields = encodeFieldsV1(set);
        expect(decodeFieldsV1(JSON.parse(JSON.stringify(fields))).equals(set)).toBe(true);
        expect(encodeFieldsV1(decodeFieldsV1(deepFreeze(JSON.parse(JSON.stringify(fields)))))).toEqual(fields);
      }),
    );
  });
});

it.each([
  ['k:{"b":1,"a":"x"}', 'k:{"a":"x","b":1}'],
  ['v:"x"', 'v:"x"'],
  ["v: 1", "v:1"],
  ["x:1", undefined],
])("normalises %s", (written, normal) => {
  expect(normalElement(written)).toBe(normal);
});

it("orders and prints elements as upstream", () => {
  const elements = ["i:1", "v:2", "v:10", 'k:{"p":9}', 'k:{"p":10}', "f:b", "f:a"];
  expect(elements.sort(compareElements)).toEqual(["f:a", "f:b", 'k:{"p":9}', 'k:{"p":10}', "v:2", "v:10", "i:1"]);
  expect(elementsText(["f:spec", 'k:{"a":"x","b":1}', 'v:"s"', "i:0"])).toBe('.spec[a="x",b=1][="s"][0]');
});
