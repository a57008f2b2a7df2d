import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Manifest, PUBLISHED_FOLDER, publishedManifest } from "./published-manifest.ts";

/**
 * Completes `dist` to what is published: package.json, README and LICENSE beside the code. `publishConfig.directory` makes
 * changesets pack and publish that folder, so that nothing in the source tree changes while packing.
 */
export function stage(root: string, folder: string): void {
  const target = join(folder, PUBLISHED_FOLDER);
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  writeFileSync(join(target, "package.json"), `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`);
  copyFileSync(join(root, "LICENSE"), join(target, "LICENSE"));
  for (const name of ["README.md", "CHANGELOG.md"]) {
    if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(target, name));
  }
}
