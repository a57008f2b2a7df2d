import { describe, expect, it } from "vitest";
import { createFieldManager, type KubernetesObject, type Schema } from "../src/index.ts";
import { fieldSetOf } from "../src/managed-fields/field-set.ts";
import { decodeFieldsV1, encodeFieldsV1 } from "../src/managed-fields/fields-v1.ts";
import { TokenTree } from "../src/managed-fields/token-tree.ts";

function told(tree: TokenTree<string, object>, text: string): object {
  tree.begin();
  for (const token of text) tree.add(token);
  return tree.get(() => ({ text }));
}

describe("results by description", () => {
  it("keeps one result for each description, also where one begins another", () => {
    const tree = new TokenTree<string, object>();
    const texts = ["abc", "ab", "abd", "", "xyz", "xbc"];
    const results = texts.map((text) => told(tree, text));
    expect(texts.map((text) => told(tree, text))).toStrictEqual(results);
    expect(texts.every((text, at) => told(tree, text) === results[at])).toBe(true);
    expect(results).toStrictEqual(texts.map((text) => ({ text })));
  });

  it("forgets all when there are too many", () => {
    const tree = new TokenTree<number, object>();
    const first = told(tree as never, "first");
    for (let length = 0; length < 110_000; length++) tree.add(length);
    expect(told(tree as never, "first")).not.toBe(first);
    expect(told(tree as never, "first")).toStrictEqual(first);
  });
});

describe("the encoding of field sets", () => {
  it("is one instance for equal sets, and another for others", () => {
    const sets = [[["a", "b"], ["c"]], [["a", "b"]], [["a"], ["a", "b"]], [["a", "b", "c"]], [["a"], ["b"]]];
    const encoded = sets.map((paths) => encodeFieldsV1(fieldSetOf(paths)));
    expect(sets.map((paths) => encodeFieldsV1(fieldSetOf(paths))).every((each, at) => each === encoded[at])).toBe(true);
    expect(new Set(encoded.map((each) => JSON.stringify(each))).size).toBe(sets.length);
    for (const [at, each] of encoded.entries())
      expect(decodeFieldsV1(each).equals(fieldSetOf(sets[at] ?? []))).toBe(true);
  });

  it("is shared by objects of one template", () => {
    const text: Schema = { type: "string" };
    const schema: Schema = { type: "object", properties: { apiVersion: text, kind: text, a: text, b: text } };
    const manager = createFieldManager({ group: "", version: "v1", kind: "Thing", schema, resolve: () => schema });
    const make = (a: string): unknown => {
      const thing = { apiVersion: "v1", kind: "Thing", a } as KubernetesObject;
      const created = {
        ...thing,
        metadata: { managedFields: manager.update(undefined, thing, { manager: "x", now: 0 }) },
      };
      const next = { ...created, b: a } as KubernetesObject;
      return manager
        .update(created as KubernetesObject, next, { manager: "y", now: 0 })
        ?.map(({ fieldsV1 }) => fieldsV1);
    };
    const [first, second] = [make("1"), make("2")] as [object[], object[]];
    expect(second).toStrictEqual(first);
    expect(second.every((each, at) => each === first[at])).toBe(true);
  });
});
