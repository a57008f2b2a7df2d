import { join } from "node:path";
import { buildDefinitions } from "./definitions.ts";
import { emitDefinitions } from "./emit-definitions.ts";
import { emitDescriptions } from "./emit-descriptions.ts";
import { emitResources, emitResourceTypes } from "./emit-resources.ts";
import { emitTypeIndex, emitTypes, exportedNames } from "./emit-types.ts";
import { readDefaults, readGoNames, readMergeFacts, readResources, readTypes } from "./facts.ts";

/** What a run makes: text by path within `packages/api/src/generated`. */
export interface Generated {
  readonly files: ReadonlyMap<string, string>;
  readonly types: number;
  /** Where the npm package and the facts disagree; nothing is generated then. */
  readonly problems: readonly string[];
}

function within(folder: string, files: ReadonlyMap<string, string>): [string, string][] {
  return [...files].map(([file, text]) => [join(folder, file), text]);
}

/** Makes everything from the npm packages and the tables of facts. */
export async function generate(): Promise<Generated> {
  const types = readTypes();
  const sources = { types, merge: readMergeFacts(), defaults: readDefaults(), goNames: readGoNames() };
  const { definitions, problems } = await buildDefinitions(sources);
  if (problems.length > 0) return { files: new Map(), types: definitions.size, problems };
  const resources = readResources();
  const names = exportedNames(definitions, resources);
  const files = new Map([
    ...within("types", emitTypes(definitions).set("index.ts", emitTypeIndex(definitions, names))),
    ...within("definitions", emitDefinitions(definitions)),
    ...within("descriptions", emitDescriptions(definitions)),
    ["resource-types.ts", emitResourceTypes(resources, names)],
    ["resources.ts", emitResources(resources, definitions)],
  ]);
  return { files, types: definitions.size, problems };
}
