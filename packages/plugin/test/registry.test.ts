import { describe, expect, it } from "vitest";
import { createPluginRegistry, definePlugin, type PluginCandidate, type PluginDefinition } from "../src/index.ts";

const TYPE = "test.v1";
const hosts = [{ type: TYPE, apiVersion: "1.2.0" }];

function plugin(name: string, more: Partial<PluginDefinition> = {}): PluginCandidate {
  const definition = definePlugin({ type: TYPE, name, apiRange: "^1.0.0", create: () => name, ...more } as never);
  return { source: `plugins/${name}`, definition };
}

const states = (candidates: readonly PluginCandidate[]): unknown[] =>
  createPluginRegistry(candidates, { hosts }).reports.map((report) => [report.state, report.error?.code]);

describe("createPluginRegistry", () => {
  it("orders plugins after what they require, else by name", () => {
    const registry = createPluginRegistry([plugin("c"), plugin("a", { requires: ["b"] }), plugin("b")], { hosts });
    expect(registry.definitions(TYPE).map((each) => each.name)).toEqual(["b", "a", "c"]);
  });

  it.each([
    ["no plugin", [{ source: "x", definition: {} }], "PLUGIN_NOT_DEFINED"],
    ["another type", [plugin("x", { type: "other.v1" })], "PLUGIN_UNKNOWN_TYPE"],
    ["another API", [plugin("x", { apiRange: "^2.0.0" })], "PLUGIN_API_MISMATCH"],
    ["a missing requirement", [plugin("x", { requires: ["y"] })], "PLUGIN_REQUIREMENT_MISSING"],
    ["a circle", [plugin("x", { requires: ["x"] })], "PLUGIN_REQUIREMENT_MISSING"],
  ] as const)("fails %s", (_what, candidates, code) => {
    expect(states(candidates as readonly PluginCandidate[])).toEqual([["failed", code]]);
  });

  it("keeps the first of two with one name and names both sources", () => {
    const registry = createPluginRegistry([plugin("x"), { ...plugin("x"), source: "elsewhere" }], { hosts });
    expect(registry.reports.map((report) => report.state)).toEqual(["ready", "failed"]);
    expect(registry.reports[1]?.error?.message).toBe("plugin x (elsewhere) is loaded already from plugins/x");
  });

  it("skips what is disabled, with the reason", () => {
    const registry = createPluginRegistry([plugin("x")], { hosts, disabled: () => "switched off" });
    expect(registry.reports).toEqual([
      { source: "plugins/x", type: TYPE, name: "x", state: "skipped", reason: "switched off" },
    ]);
    expect(() => registry.create(TYPE, "x", {})).toThrow("no plugin x of type test.v1: switched off");
  });

  it("fails everybody who requires a failed plugin", () => {
    expect(states([plugin("a", { requires: ["b"] }), plugin("b", { requires: ["c"] })])).toEqual([
      ["failed", "PLUGIN_REQUIREMENT_MISSING"],
      ["failed", "PLUGIN_REQUIREMENT_MISSING"],
    ]);
  });
});

describe("create", () => {
  const configured = plugin("x", {
    config: { type: "object", required: ["a"], properties: { a: { type: "integer", maximum: 3 }, b: { default: 7 } } },
    create: ((components: unknown, config: unknown) => ({ components, config })) as never,
  });
  const registry = createPluginRegistry([configured], { hosts });

  it("passes components and the configuration with defaults", () => {
    const components = { clock: 1 };
    expect(registry.create(TYPE, "x", components, { a: 2 })).toEqual({ components, config: { a: 2, b: 7 } });
  });

  it.each([
    [undefined, "a is required"],
    [{ a: "1" }, "a must be an integer"],
    [{ a: 4 }, "a must be at most 3"],
    [{ a: 1, z: 1 }, "z is not known"],
    [[], "must be an object"],
  ])("refuses the configuration %j", (config, message) => {
    expect(() => registry.create(TYPE, "x", {}, config)).toThrow(message);
  });

  it("refuses any configuration for a plugin that takes none", () => {
    const plain = createPluginRegistry([plugin("y")], { hosts });
    expect(plain.create(TYPE, "y", {})).toBe("y");
    expect(() => plain.create(TYPE, "y", {}, { a: 1 })).toThrow("a is not known");
  });

  it("reports a throwing create with its cause", () => {
    const broken = plugin("z", {
      create: (() => {
        throw new Error("boom");
      }) as never,
    });
    expect(() => createPluginRegistry([broken], { hosts }).create(TYPE, "z", {})).toThrow("plugin z (plugins/z): boom");
  });
});
