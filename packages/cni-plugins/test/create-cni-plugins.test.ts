import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPluginRegistry, definePlugin } from "@pinnace/plugin";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  CNI_API_VERSION,
  CNI_PLUGIN_TYPE,
  type CniComponents,
  createCniComponents,
  createCniPlugins,
  loopbackPlugin,
} from "../src/index.ts";
import { recordingPlugin } from "./recording-plugin.ts";

let directory = "";

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "pinnace-plugins-"));
});

afterEach(() => rm(directory, { recursive: true }));

it("makes every ready plugin with a directory of its own, and not those of other types", async () => {
  const seen: string[] = [];
  const noop = definePlugin({
    type: CNI_PLUGIN_TYPE,
    name: "noop",
    apiRange: "^1.0.0",
    create: ({ stateDirectory }: CniComponents) => {
      seen.push(stateDirectory);
      return recordingPlugin("noop", []);
    },
  });
  const other = definePlugin({ type: "example.v1", name: "other", apiRange: "^1.0.0", create: () => ({}) });
  const registry = createPluginRegistry(
    [loopbackPlugin, noop, other].map((definition) => ({ source: "test", definition })),
    {
      hosts: [
        { type: CNI_PLUGIN_TYPE, apiVersion: CNI_API_VERSION },
        { type: "example.v1", apiVersion: "1.0.0" },
      ],
    },
  );
  const plugins = await createCniPlugins(registry, { stateDirectory: directory });
  expect(Object.keys(plugins).sort()).toEqual(["loopback", "noop"]);
  expect(seen).toEqual([join(directory, "noop")]);
  expect((await readdir(directory)).sort()).toEqual(["loopback", "noop"]);
});

it.skipIf(process.platform === "win32")("runs programs: output, input, failure, the end of a signal", async () => {
  const { run } = await createCniComponents({ stateDirectory: directory });
  expect(await run("cat", [], { stdin: "hello" })).toBe("hello");
  await expect(run("sh", ["-c", "echo why >&2; exit 3"])).rejects.toMatchObject({
    code: "PROGRAM_FAILED",
    message: "why",
  });
  await expect(run("sh", ["-c", "exit 3"])).rejects.toMatchObject({ message: "sh ended with 3" });
  await expect(run("/nowhere/program", [])).rejects.toMatchObject({ code: "PROGRAM_FAILED" });
  await expect(run("cat", [], { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "PROGRAM_FAILED" });
});
