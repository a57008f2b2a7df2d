import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { apiVersionOf, type ResourceDefinition } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import { createBuiltInDefinitions } from "../src/registry.ts";
import type { Json } from "./recorded-objects.ts";

const definitions = createBuiltInDefinitions();

function find(apiVersion: string, resource: string): ResourceDefinition {
  return definitions.find((each) => apiVersionOf(each) === apiVersion && each.resource === resource)!;
}

describe("the built-in definitions", () => {
  it("resolve their schemas and every reference below", () => {
    const seen = new Set<string>();
    const visit = (name: string, definition: ResourceDefinition): void => {
      if (seen.has(name)) return;
      seen.add(name);
      for (const [, ref] of JSON.stringify(definition.resolve(name)).matchAll(/"\$ref":"([^"]+)"/g))
        visit(ref!, definition);
    };
    for (const definition of definitions) visit(definition.definitionName, definition);
    expect(seen.size).toBeGreaterThan(400);
  });

  it("are frozen, and so are their schemas", () => {
    for (const definition of definitions) {
      expect(Object.isFrozen(definition)).toBe(true);
      expect(Object.isFrozen(definition.schema.properties)).toBe(true);
      expect(definition.schema).toBe(definition.schema);
    }
  });

  it("share storage between versions and groups", () => {
    expect(find("events.k8s.io/v1", "events")).toMatchObject({ storageResource: "events", storageApiVersion: "v1" });
    expect(find("autoscaling/v1", "horizontalpodautoscalers")).toMatchObject({
      storageResource: "horizontalpodautoscalers",
      storageApiVersion: "autoscaling/v2",
    });
    expect(find("v1", "services").storageResource).toBe("services/specs");
  });

  it("know the kinds that subresources speak", () => {
    const pods = find("v1", "pods");
    const eviction = pods.subresources.find((each) => each.name === "eviction");
    expect(eviction).toEqual({
      name: "eviction",
      verbs: ["create"],
      kind: { group: "policy", version: "v1", kind: "Eviction" },
    });
    const scale = find("apps/v1", "deployments").subresources.find((each) => each.name === "scale");
    expect(scale).toMatchObject({
      kind: { group: "autoscaling", version: "v1", kind: "Scale" },
      scale: { specReplicasPath: "spec.replicas" },
    });
  });

  it("drop and protect the status of kinds that say nothing of it", () => {
    const { strategy, subresources } = find("apiregistration.k8s.io/v1", "apiservices");
    expect(strategy.prepareForCreate).toBeDefined();
    expect(subresources.map((each) => each.name)).toEqual(["status"]);
  });
});

const recorded = join(import.meta.dirname, "../../../../shared/golden/cases/rest/discovery.json");

interface Discovered {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

function discovered(definition: ResourceDefinition): Discovered[] {
  const { namespaced, kind, shortNames, categories } = definition;
  return [
    {
      name: definition.resource,
      singularName: definition.singular,
      namespaced,
      kind,
      verbs: [...definition.verbs],
      ...(shortNames.length === 0 ? {} : { shortNames }),
      ...(categories.length === 0 ? {} : { categories }),
    },
    ...definition.subresources.map((each) => ({
      name: `${definition.resource}/${each.name}`,
      singularName: "",
      namespaced,
      kind: each.kind?.kind ?? kind,
      verbs: [...each.verbs],
    })),
  ];
}

describe.skipIf(!existsSync(recorded))("recorded discovery", () => {
  const content = existsSync(recorded) ? (JSON.parse(readFileSync(recorded, "utf8")) as Json) : [];
  const lists: Json[] = (content.cases ?? content)
    .map((each: Json) => each.steps[0].expect?.body)
    .filter((body: Json) => body?.kind === "APIResourceList");

  it.each(lists.map((list) => [list.groupVersion, list] as const))("of %s is the same", (groupVersion, list) => {
    const own = definitions.filter((each) => apiVersionOf(each) === groupVersion).flatMap(discovered);
    const expected = list.resources.map(({ storageVersionHash, group, version, ...rest }: Json) => rest);
    const byName = (a: Discovered, b: Discovered): number => (a.name < b.name ? -1 : 1);
    expect(own.toSorted(byName)).toEqual(expected.toSorted(byName));
  });
});
