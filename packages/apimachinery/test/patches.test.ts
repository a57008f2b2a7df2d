import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMergePatch, deepFreeze, jsonPatch, mergePatch, type Schema, strategicMergePatch } from "../src/index.ts";

const codeOf = (run: () => unknown): number | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as { code: number }).code;
  }
};

describe("JSON patch", () => {
  const target = deepFreeze({
    data: { k: "v", "a/b": 1, "m~n": 2 },
    list: ["a", "b", "c"],
    nested: { list: [{ x: 1 }] },
  });
  it.each([
    [[], target],
    [[{ op: "add", path: "/data/x", value: 1 }], { ...target, data: { ...target.data, x: 1 } }],
    [[{ op: "add", path: "/list/-", value: "d" }], { ...target, list: ["a", "b", "c", "d"] }],
    [[{ op: "add", path: "/list/0", value: "d" }], { ...target, list: ["d", "a", "b", "c"] }],
    [[{ op: "remove", path: "/list/1" }], { ...target, list: ["a", "c"] }],
    [[{ op: "remove", path: "/list/-1" }], { ...target, list: ["a", "b"] }],
    [[{ op: "replace", path: "/data/new", value: 1 }], { ...target, data: { ...target.data, new: 1 } }],
    [[{ op: "replace", path: "/data/a~1b", value: 2 }], { ...target, data: { ...target.data, "a/b": 2 } }],
    [[{ op: "test", path: "/data/m~0n", value: 2 }], target],
    [[{ op: "test", path: "/data/nope", value: null }], target],
    [[{ op: "move", from: "/data/k", path: "/moved" }], { ...target, data: { "a/b": 1, "m~n": 2 }, moved: "v" }],
    [
      [
        { op: "copy", from: "/nested", path: "/copy" },
        { op: "replace", path: "/copy/list/0/x", value: 2 },
      ],
      { ...target, copy: { list: [{ x: 2 }] } },
    ],
    [
      [{ op: "add", path: "/data/__proto__", value: 1 }],
      { ...target, data: JSON.parse('{"k":"v","a/b":1,"m~n":2,"__proto__":1}') },
    ],
  ])("%o", (operations, result) => {
    expect(jsonPatch(target, operations)).toEqual(result);
  });

  it.each([
    [{ op: "add", path: "/data/x/y", value: 1 }],
    [{ op: "remove", path: "/data/nope" }],
    [{ op: "remove", path: "/list/3" }],
    [{ op: "replace", path: "/list/3", value: 1 }],
    [{ op: "replace", path: "", value: {} }],
    [{ op: "test", path: "/data/k", value: "x" }],
    [{ op: "test", path: "/nope/k", value: null }],
    [{ op: "move", from: "/data/nope", path: "/x" }],
    [{ op: "add", path: "/list/01x", value: 1 }],
    [{ op: "frob", path: "/data" }],
    [{ op: "add" }],
    ["add"],
  ])("%o is a 422", (operation) => {
    expect(codeOf(() => jsonPatch(target, [operation]))).toBe(422);
  });

  it("refuses what is no patch, and too long ones", () => {
    expect(() => jsonPatch(target, {})).toThrow(
      "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp",
    );
    expect(codeOf(() => jsonPatch(target, new Array(10_001).fill({ op: "test", path: "/x", value: null })))).toBe(413);
  });

  it("shares what it does not touch", () => {
    const result = jsonPatch(target, [{ op: "add", path: "/data/x", value: 1 }]) as typeof target;
    expect(result.nested).toBe(target.nested);
  });
});

const objects = fc.dictionary(
  fc.constantFrom("a", "b", "c", "__proto__"),
  fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.integer(),
      fc.string(),
      fc.array(fc.integer(), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value")),
    ),
  })).value,
);

describe("merge patch", () => {
  it.each([
    [{ a: 1 }, { a: null }, {}],
    [{ a: { b: 1, c: 2 } }, { a: { b: null } }, { a: { c: 2 } }],
    [{ a: [1] }, { a: [2, 3] }, { a: [2, 3] }],
    [{ a: 1 }, { b: { c: null, d: 1 } }, { a: 1, b: { d: 1 } }],
    [{ a: "x" }, { a: { b: 1 } }, { a: { b: 1 } }],
  ])("%o with %o", (target, patch, result) => {
    expect(mergePatch(deepFreeze(target), patch)).toEqual(result);
  });

  it("turns one object into another by their difference", () => {
    fc.assert(
      fc.property(objects, objects, (a, b) => {
        const [from, to] = [deepFreeze(JSON.parse(JSON.stringify(a))), deepFreeze(JSON.parse(JSON.stringify(b)))];
        const patch = createMergePatch(from, to);
        expect(JSON.parse(JSON.stringify(patch === undefined ? from : mergePatch(from, patch)))).toEqual(to);
      }),
    );
  });

  it("refuses what is no object", () => {
    expect(() => mergePatch({}, [1])).toThrow(
      "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}",
    );
  });
});

describe("strategic merge patch", () => {
  const text: Schema = { type: "string" };
  const merged = (key: string, items: Schema, strategy = "merge"): Schema => ({
    type: "array",
    items,
    "x-kubernetes-patch-strategy": strategy,
    "x-kubernetes-patch-merge-key": key,
  });
  const container: Schema = {
    type: "object",
    properties: {
      name: text,
      image: text,
      args: { type: "array", items: text },
      env: merged("name", { type: "object", properties: { name: text, value: text } }),
    },
  };
  const schema: Schema = {
    type: "object",
    properties: {
      containers: merged("name", { $ref: "Container" }),
      volumes: merged("name", { type: "object" }, "merge,retainKeys"),
      finalizers: { type: "array", items: text, "x-kubernetes-patch-strategy": "merge" },
      tolerations: { type: "array", items: { type: "object" } },
      strategy: { type: "object", "x-kubernetes-patch-strategy": "retainKeys", properties: { type: text } },
      labels: { type: "object", additionalProperties: text },
    },
  };
  const a = {
    name: "a",
    image: "i:1",
    env: [
      { name: "X", value: "1" },
      { name: "Y", value: "2" },
    ],
    args: ["p", "q"],
  };
  const b = { name: "b", image: "j:1" };
  const live = deepFreeze({ containers: [a, b] });
  const patch = (target: unknown, change: unknown): unknown =>
    strategicMergePatch(target, change, schema, () => container);

  it.each([
    [live, { containers: [{ name: "b", image: "j:2" }] }, { containers: [a, { name: "b", image: "j:2" }] }],
    [live, { containers: [{ name: "c", image: "k" }] }, { containers: [{ name: "c", image: "k" }, a, b] }],
    [live, { containers: [{ name: "a", $patch: "delete" }] }, { containers: [b] }],
    [live, { containers: [{ name: "z", $patch: "delete" }] }, { containers: [a, b] }],
    [live, { containers: [{ $patch: "replace" }, { name: "c" }] }, { containers: [{ name: "c" }] }],
    [live, { containers: [{ name: "a", args: ["r"] }] }, { containers: [{ ...a, args: ["r"] }, b] }],
    [
      live,
      {
        containers: [
          {
            name: "a",
            env: [
              { name: "Y", value: "9" },
              { name: "Z", value: "3" },
            ],
          },
        ],
      },
      {
        containers: [
          {
            ...a,
            env: [
              { name: "X", value: "1" },
              { name: "Y", value: "9" },
              { name: "Z", value: "3" },
            ],
          },
          b,
        ],
      },
    ],
    [
      live,
      {
        "$setElementOrder/containers": [{ name: "b" }, { name: "c" }, { name: "a" }],
        containers: [{ name: "c", image: "k" }],
      },
      { containers: [b, { name: "c", image: "k" }, a] },
    ],
    [live, { "$setElementOrder/containers": [{ name: "b" }, { name: "a" }] }, { containers: [b, a] }],
    [live, { containers: null }, {}],
    [live, { $patch: "replace", labels: { a: "b" } }, { labels: { a: "b" } }],
    [{ labels: { a: "1", b: "2" } }, { labels: { a: null, c: "3" } }, { labels: { b: "2", c: "3" } }],
    [{ labels: { a: "1" } }, { labels: { $patch: "delete" } }, { labels: {} }],
    [{ labels: { a: "1" } }, { labels: { $patch: "replace", b: "2" } }, { labels: { b: "2" } }],
    [{ finalizers: ["a", "b"] }, { finalizers: ["c", "a"] }, { finalizers: ["c", "a", "b"] }],
    [{ finalizers: ["a", "b"] }, { "$deleteFromPrimitiveList/finalizers": ["a"] }, { finalizers: ["b"] }],
    [{ finalizers: ["a"] }, { "$deleteFromPrimitiveList/finalizers": ["z"] }, { finalizers: ["a"] }],
    [{ tolerations: [{ key: "a" }] }, { tolerations: [{ key: "b" }] }, { tolerations: [{ key: "b" }] }],
    [
      { volumes: [{ name: "v", emptyDir: {} }] },
      { volumes: [{ name: "v", $retainKeys: ["name", "configMap"], configMap: { name: "c" }, emptyDir: null }] },
      { volumes: [{ name: "v", configMap: { name: "c" } }] },
    ],
    [
      { strategy: { type: "RollingUpdate", rollingUpdate: {} } },
      { strategy: { $retainKeys: ["type"], type: "Recreate" } },
      { strategy: { type: "Recreate" } },
    ],
    [
      {},
      {
        containers: [
          { name: "a", $patch: "delete" },
          { name: "b", image: null },
        ],
      },
      { containers: [{ name: "b" }] },
    ],
  ])("%o with %o", (target, change, result) => {
    expect(patch(deepFreeze(target), change)).toEqual(result);
  });

  it.each([
    [live, { containers: [{ image: "x" }] }, 500],
    [live, { containers: [{ name: "a", $patch: "merge" }] }, 500],
    [{ labels: { a: "1" } }, { labels: { $patch: "merge" } }, 500],
    [{ labels: { a: "1" } }, { labels: { $patch: "frob" } }, 500],
    [live, [1], 400],
    [{ strategy: {} }, { strategy: { $retainKeys: ["x"], type: "Recreate" } }, 400],
    [live, { "$setElementOrder/containers": {} }, 400],
    [live, { "$setElementOrder/containers": [{ name: "a" }], containers: [{ name: "c" }] }, 500],
    [{ finalizers: [["a"]] }, { finalizers: ["b"] }, 422],
  ])("%o with %o is a %d", (target, change, code) => {
    expect(codeOf(() => patch(deepFreeze(target), change))).toBe(code);
  });
});
