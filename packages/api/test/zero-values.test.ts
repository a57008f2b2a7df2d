import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseApiVersion } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import { typeOfKind } from "../src/definition-names.ts";
import { typeEntry } from "../src/type-table.ts";
import { completeZeroValuesOf } from "../src/zero-values.ts";

// biome-ignore lint/suspicious/noExplicitAny: recorded answers of any shape
type Json = any;

describe("completing zero values", () => {
  const cases: readonly (readonly [string, string, Json, Json])[] = [
    ["a struct appears", "core/v1.ResourceQuota", {}, { metadata: {}, spec: {}, status: {} }],
    ["a required name appears", "core/v1.EnvVar", { value: "" }, { name: "" }],
    ["a pointer stays away", "core/v1.SecurityContext", {}, {}],
    ["an explicit pointer stays", "core/v1.SecurityContext", { runAsUser: 0 }, { runAsUser: 0 }],
    ["a false that is left out goes", "core/v1.PodSpec", { hostNetwork: false, containers: [] }, { containers: [] }],
    ["a missing list that is printed is null", "core/v1.PodSpec", {}, { containers: null }],
    ["a zero time is null", "core/v1.PodCondition", { type: "a", status: "b" }, expectedCondition()],
    ["nulls of what is left out go", "meta/v1.ObjectMeta", { labels: null, creationTimestamp: null }, {}],
    [
      "structs in lists are completed",
      "core/v1.PodSpec",
      { containers: [{}] },
      { containers: [{ name: "", resources: {} }] },
    ],
    ["members that are unknown stay", "core/v1.EnvVar", { name: "a", other: null }, { name: "a", other: null }],
  ];

  function expectedCondition(): Json {
    return { type: "a", status: "b", lastProbeTime: null, lastTransitionTime: null };
  }

  it.each(cases)("%s", (_name, type, draft, expected) => {
    const completed = structuredClone(draft);
    completeZeroValuesOf(completed, type);
    expect(completed).toEqual(expected);
  });
});

const folder = join(import.meta.dirname, "../../../../shared/golden/cases");

/** Every whole answer of a built-in kind that upstream gave to a write or a read. */
function recordedObjects(): Map<string, Json> {
  const objects = new Map<string, Json>();
  for (const area of ["kinds", "rest", "controllers"])
    for (const file of readdirSync(join(folder, area))) {
      const cases = JSON.parse(readFileSync(join(folder, area, file), "utf8")) as Json;
      for (const each of cases.cases ?? cases)
        for (const [index, step] of (each.steps ?? []).entries()) {
          const body = step.expect?.body;
          if (typeof body?.kind !== "string" || typeof body?.apiVersion !== "string" || step.pick) continue;
          if (/Partial|Table|^Status$|List$/.test(body.kind)) continue;
          objects.set(`${area}/${file} ${each.name} ${index}`, { body, ignore: step.ignore ?? [] });
        }
    }
  return objects;
}

describe.skipIf(!existsSync(folder))("what upstream prints", () => {
  it("is complete already", () => {
    const different: string[] = [];
    let seen = 0;
    for (const [name, { body, ignore }] of recordedObjects()) {
      const { group, version } = parseApiVersion(body.apiVersion);
      const type = typeOfKind(group, version, body.kind);
      if (typeEntry(type) === undefined) continue;
      seen++;
      const completed = structuredClone(body);
      completeZeroValuesOf(completed, type);
      const strip = (value: Json): Json =>
        JSON.parse(JSON.stringify(value, (key, member) => (ignore.includes(key) ? undefined : member)));
      try {
        expect(strip(completed)).toEqual(strip(body));
      } catch (error) {
        different.push(`${name}: ${(error as Error).message}`);
      }
    }
    expect(different).toEqual([]);
    expect(seen).toBeGreaterThan(150);
  });
});
