import { definePlugin, PluginError } from "@pinnace/plugin";
import { expect, it } from "vitest";
import { unusablePlugins } from "../src/plugins/unusable-plugins.ts";

it("has a line for each plugin that failed, and none for those that work", () => {
  const create = (): object => ({});
  const works = { type: "pinnace.cni.v1", name: "works", apiRange: "^1.0.0", create };
  const error = new PluginError("PLUGIN_IMPORT_FAILED", "plugin /p/a cannot be imported: boom\nRequire stack:", {
    remedy: "build it",
  });
  const lines = unusablePlugins([
    { source: "/p/works", definition: definePlugin(works) },
    { source: "/p/a", error },
    { source: "/p/b", definition: definePlugin({ ...works, name: "newer", apiRange: "^9.0.0" }) },
    { source: "/p/c", definition: {} },
  ]);
  expect(lines).toEqual([
    "plugin /p/a cannot be imported: boom; build it",
    expect.stringMatching(/newer.*9\.0\.0/),
    expect.stringContaining("/p/c"),
  ]);
});
