import { expect, it } from "vitest";
import { printGo, printGoSyntax } from "../src/patches/go-print.ts";

it.each<[unknown, string, string]>([
  [
    { spec: { replicas: "two" } },
    "map[spec:map[replicas:two]]",
    'map[string]interface {}{"spec":map[string]interface {}{"replicas":"two"}}',
  ],
  [
    { b: 1, a: [true, null] },
    "map[a:[true <nil>] b:1]",
    'map[string]interface {}{"a":[]interface {}{true, interface {}(nil)}, "b":1}',
  ],
  [[], "[]", "[]interface {}{}"],
  [{}, "map[]", "map[string]interface {}{}"],
])("%j is %s, and %s in Go's syntax", (value, plain, syntax) => {
  expect([printGo(value), printGoSyntax(value)]).toEqual([plain, syntax]);
});
