import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mergeTexts } from "../src/documentation.ts";
import { readDefaults, readMergeFacts, readResources, readTypes } from "../src/facts.ts";
import { generate } from "../src/generate.ts";
import { modelCandidates } from "../src/packages.ts";

const target = join(import.meta.dirname, "../../../packages/api/src/generated");

describe("the generator", () => {
  it("finds no disagreement and makes what is checked in", async () => {
    const { files, problems } = await generate();
    expect(problems).toEqual([]);
    const stale = [...files].filter(([file, text]) => readFileSync(join(target, file), "utf8") !== text);
    expect(stale.map(([file]) => file)).toEqual([]);
  });
});

describe("the facts", () => {
  const types = readTypes();

  it("name only types that are there", () => {
    const leaf = /^(string|bool|int32|int64|double|bytes|[A-Z]\w*)$/;
    const unknown = [...types.values()].flatMap((type) =>
      type.fields
        .map((field) => field.type.replace(/^(\*|\[\]|map\[\])*/, ""))
        .filter((name) => !leaf.test(name) && !types.has(name)),
    );
    expect(unknown).toEqual([]);
  });

  it("use no field number twice in a type", () => {
    for (const [id, type] of types) {
      const numbers = type.fields.map((field) => field.number);
      expect(new Set(numbers).size, id).toBe(numbers.length);
    }
  });

  it("say how fields merge, and their defaults, of fields that are there", () => {
    const fields = new Set([...types].flatMap(([id, type]) => type.fields.map((field) => `${id}.${field.json}`)));
    const inlined = (key: string): boolean => {
      const [, owner = "", field = ""] = /^(.*)\.([^.]+)$/.exec(key) ?? [];
      return (
        types
          .get(owner)
          ?.fields.some(
            (each) => each.json === "" && (fields.has(`${each.type}.${field}`) || inlined(`${each.type}.${field}`)),
          ) ?? false
      );
    };
    const keys = [...readMergeFacts().keys(), ...readDefaults().keys()].filter((key) => !key.endsWith(".-"));
    expect(keys.filter((key) => !fields.has(key) && !inlined(key))).toEqual([]);
  });

  it("list each resource once per version", () => {
    const keys = readResources().map((resource) => `${resource.apiVersion}/${resource.name}`);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("texts from two packages", () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    ["the only one", "", "a", "a"],
    ["the one with paragraphs where both say the same", "a b  c", "a b\n\nc", "a b\n\nc"],
    [
      "the one with enum values where both say the same",
      "a b",
      "a b\n\nPossible enum values:\n - x",
      "a b\n\nPossible enum values:\n - x",
    ],
    ["the current one where they differ", "new", "old", "new"],
    ["the current one with its paragraphs restored", "One.  Two.", "", "One.\n\nTwo."],
    ["the current one as it is where the other has no paragraphs", "One.  Two.", "old", "One.  Two."],
  ];

  it.each(cases)("%s", (_name, current, formatted, expected) => {
    expect(mergeTexts(current, formatted)).toBe(expected);
  });
});

describe("names of models", () => {
  it("come with the group where another group has the same", () => {
    expect(modelCandidates("io.k8s.api.core.v1.Event")).toEqual(["CoreV1Event", "V1Event", "Event"]);
  });
});
