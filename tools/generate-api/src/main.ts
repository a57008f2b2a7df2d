import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildDefinitions } from "./definitions.ts";
import { emitDefinitions } from "./emit-definitions.ts";
import { emitDescriptions } from "./emit-descriptions.ts";
import { emitResources, emitResourceTypes } from "./emit-resources.ts";
import { emitTypeIndex, emitTypes, exportedNames } from "./emit-types.ts";
import { readDefaults, readMergeFacts, readResources, readTypes } from "./facts.ts";
import { modelRelease } from "./models.ts";

const target = join(import.meta.dirname, "../../../packages/api/src/generated");

function write(files: ReadonlyMap<string, string>): void {
  const folders = new Set([...files.keys()].map((file) => dirname(file)));
  for (const folder of folders) {
    mkdirSync(join(target, folder), { recursive: true });
    for (const entry of readdirSync(join(target, folder), { withFileTypes: true }))
      if (entry.isFile() && !files.has(join(folder, entry.name))) rmSync(join(target, folder, entry.name));
  }
  for (const [file, text] of files) writeFileSync(join(target, file), text);
}

function within(folder: string, files: ReadonlyMap<string, string>): [string, string][] {
  return [...files].map(([file, text]) => [join(folder, file), text]);
}

const types = readTypes();
const { definitions, problems } = await buildDefinitions({ types, merge: readMergeFacts(), defaults: readDefaults() });
console.log(`${definitions.size} types of ${modelRelease()}`);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);

const resources = readResources();
const names = exportedNames(definitions, resources);
write(
  new Map([
    ...within("types", emitTypes(definitions).set("index.ts", emitTypeIndex(definitions, names))),
    ...within("definitions", emitDefinitions(definitions)),
    ...within("descriptions", emitDescriptions(definitions)),
    ["resource-types.ts", emitResourceTypes(resources, names)],
    ["resources.ts", emitResources(resources, definitions)],
  ]),
);
