import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { allDefinitionNames } from "../src/openapi-definitions.ts";
import { builtInDefinition } from "../src/openapi-schema.ts";

const file = join(import.meta.dirname, "../../../../shared/kubernetes/openapi-v2-1.36.json");
const document = existsSync(file)
  ? (JSON.parse(readFileSync(file, "utf8")) as { definitions: Record<string, Json>; paths: Record<string, Json> })
  : undefined;

// biome-ignore lint/suspicious/noExplicitAny: a recorded document of any shape
type Json = any;

/** Descriptions are compared elsewhere. */
function bare(value: Json): Json {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, member]) => key !== "description" || typeof member !== "string")
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, bare(member)]),
  );
}

describe.skipIf(document === undefined)("the definitions of Kubernetes 1.36", () => {
  it("have the same names", () => {
    const upstream = Object.keys(document!.definitions).sort();
    expect(allDefinitionNames().toSorted()).toEqual(upstream);
  });

  it("have the same fields in the same order, types, formats, list types, keys and strategies", () => {
    const different: string[] = [];
    for (const [name, expected] of Object.entries(document!.definitions)) {
      const actual = bare(builtInDefinition(name, "v2"));
      if (JSON.stringify(actual) !== JSON.stringify(bare(expected)))
        different.push(`${name}\n  ${JSON.stringify(actual)}\n  ${JSON.stringify(bare(expected))}`);
    }
    expect(different).toEqual([]);
  });
});
