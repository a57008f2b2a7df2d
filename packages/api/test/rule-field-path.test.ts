import type { Schema } from "@pinnace/apimachinery";
import { expect, it } from "vitest";
import { ruleFieldPath } from "../src/kinds/apiextensions/rule-field-path.ts";

const schema: Schema = {
  type: "object",
  properties: {
    a: { type: "object", properties: { "x.y": { type: "string" }, "it's": { type: "string" } } },
    map: { type: "object", additionalProperties: { type: "object", properties: { b: { type: "string" } } } },
    list: { type: "array", items: { type: "string" } },
  },
};

it.each([
  [".a", "a"],
  [".a['x.y']", "a.x.y"],
  ["['a']['it\\'s']", "a.it's"],
  [".map.key", "map[key]"],
  [".map['some key'].b", "map[some key].b"],
  [".list", "list"],
  ["a", undefined],
  [".nope", undefined],
  [".list[0]", undefined],
  [".list.x", undefined],
  [".a.", undefined],
  [".a['x.y", undefined],
  [".a['\\q']", undefined],
  [" .a", undefined],
])("%s is %s", (text, path) => {
  expect(ruleFieldPath(text, schema)?.toString()).toBe(path);
});
