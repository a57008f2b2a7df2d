import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findPlugins } from "../src/plugins/plugin-folders.ts";

it("refuses a named folder that is not there", async () => {
  const folder = join(tmpdir(), "pinnace-no-such-folder");
  await expect(findPlugins([folder], () => undefined)).rejects.toMatchObject({
    code: "NO_PLUGINS_FOLDER",
    message: `there is no plugins folder ${folder}`,
  });
});
