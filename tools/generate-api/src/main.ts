import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generate } from "./generate.ts";
import { modelRelease } from "./models.ts";

const target = join(import.meta.dirname, "../../../packages/api/src/generated");

/** Writes the files and removes what an earlier run left beside them. */
function write(files: ReadonlyMap<string, string>): void {
  for (const folder of new Set([...files.keys()].map((file) => dirname(file)))) {
    mkdirSync(join(target, folder), { recursive: true });
    for (const entry of readdirSync(join(target, folder), { withFileTypes: true }))
      if (entry.isFile() && !files.has(join(folder, entry.name))) rmSync(join(target, folder, entry.name));
  }
  for (const [file, text] of files) writeFileSync(join(target, file), text);
}

const { files, types, problems } = await generate();
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else {
  write(files);
  console.log(`${types} types of ${modelRelease()} in ${files.size} files`);
}
