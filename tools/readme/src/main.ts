/** Writes `README.md` of each published package from the documentation of its entry point. Usage: `npm run readme`. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageDocumentation, renderReadme } from "./render.ts";

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly bin?: object;
  readonly exports: { readonly ".": { readonly "@pinnace/source": string } };
}

const root = join(import.meta.dirname, "../../..");
const folders = ["packages", "plugins", "apps"].flatMap((group) =>
  readdirSync(join(root, group)).map((name) => join(root, group, name)),
);
for (const folder of folders.filter((path) => existsSync(join(path, "package.json")))) {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  if (manifest.private) continue;
  const entry = join(folder, manifest.exports["."]["@pinnace/source"]);
  const documentation = packageDocumentation(readFileSync(entry, "utf8"));
  if (documentation === undefined) {
    console.error(`${entry} has no @packageDocumentation`);
    process.exitCode = 1;
    continue;
  }
  const { name, bin } = manifest;
  writeFileSync(join(folder, "README.md"), renderReadme({ name, command: bin !== undefined, documentation }));
}
