/** Writes `README.md` of each package from the documentation of its entry point. Usage: `npm run readme`. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageDocumentation, renderReadme } from "./render.ts";

const root = join(import.meta.dirname, "../../..");
for (const group of ["packages", "plugins"]) {
  for (const folder of existsSync(join(root, group)) ? readdirSync(join(root, group)) : []) {
    const index = join(root, group, folder, "src/index.ts");
    if (!existsSync(index)) continue;
    const documentation = packageDocumentation(readFileSync(index, "utf8"));
    if (documentation === undefined) {
      console.error(`${group}/${folder}/src/index.ts has no @packageDocumentation`);
      process.exitCode = 1;
      continue;
    }
    const { name } = JSON.parse(readFileSync(join(root, group, folder, "package.json"), "utf8")) as { name: string };
    writeFileSync(join(root, group, folder, "README.md"), renderReadme(name, documentation, true));
  }
}
