import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { pluginFolders } from "../src/plugins/plugin-folders.ts";

it("looks at the named folders after its own, and refuses one that is not there", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pinnace-plugins-"));
  expect(pluginFolders([folder]).at(-1)).toBe(folder);
  await rm(folder, { recursive: true });
  expect(() => pluginFolders([folder])).toThrow(`there is no plugins folder ${folder}`);
});
