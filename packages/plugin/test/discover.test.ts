import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { discoverPlugins } from "../src/node/index.ts";

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "plugins-"));
});
afterEach(() => rm(directory, { recursive: true }));

async function write(name: string, manifest: unknown, source?: string): Promise<void> {
  await mkdir(join(directory, name));
  const text = typeof manifest === "string" ? manifest : JSON.stringify(manifest);
  await writeFile(join(directory, name, "package.json"), text);
  if (source !== undefined) await writeFile(join(directory, name, "index.js"), source);
}

const manifest = (name: string): object => ({
  name,
  type: "module",
  exports: "./index.js",
  pinnace: { plugin: { type: "test.v1" } },
});

it("imports marked packages, in the order of their folders", async () => {
  await write("b", manifest("plugin-b"), "export default { b: 1 };");
  await write("a", manifest("plugin-a"), "export default { a: 1 };");
  await write("c", { name: "no-plugin" });
  expect(await discoverPlugins([directory])).toEqual([
    { source: join(directory, "a"), definition: { a: 1 } },
    { source: join(directory, "b"), definition: { b: 1 } },
  ]);
});

it("imports a package that has main and no exports", async () => {
  await write("a", { ...manifest("plugin-a"), exports: undefined, main: "index.js" }, "export default { a: 1 };");
  expect(await discoverPlugins([directory])).toEqual([{ source: join(directory, "a"), definition: { a: 1 } }]);
});

it("reports what cannot be imported and goes on", async () => {
  await write("a", manifest("plugin-a"), "throw new Error('at import');");
  await write("b", manifest("plugin-b"));
  const [a, b] = await discoverPlugins([directory]);
  expect(a).toMatchObject({ error: { code: "PLUGIN_IMPORT_FAILED", message: expect.stringContaining("at import") } });
  expect(b).toMatchObject({ error: { code: "PLUGIN_IMPORT_FAILED" } });
});

it("warns of a broken manifest and is quiet about a missing folder", async () => {
  await write("a", "{");
  const warnings: string[] = [];
  const missing = join(directory, "missing");
  expect(await discoverPlugins([missing, directory], (message) => warnings.push(message))).toEqual([]);
  expect(warnings).toEqual([expect.stringContaining("package.json")]);
});
