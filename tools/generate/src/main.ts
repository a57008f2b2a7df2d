/**
 * Makes a new workspace package. Usage:
 *   npm run generate -- package NAME --layer LAYER [--platform neutral|node]
 *   npm run generate -- plugin scheduler|cni NAME
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { packageFiles, pluginFiles } from "./templates.ts";

const root = join(import.meta.dirname, "../../..");
const USAGE = `usage: npm run generate -- package NAME --layer LAYER [--platform neutral|node]
       npm run generate -- plugin scheduler|cni NAME`;

function fail(message: string): never {
  console.error(`generate: ${message}\n${USAGE}`);
  process.exit(2);
}

const LAYERS = ["foundations", "data", "control-plane", "node", "users"];

interface Wanted {
  readonly positionals: readonly string[];
  readonly values: { readonly layer?: string; readonly platform?: string };
}

function parse(): Wanted {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { layer: { type: "string" }, platform: { type: "string" } },
    });
  } catch (error) {
    fail((error as Error).message.split(". ")[0]!);
  }
}

function plan(): { folder: string; files: Readonly<Record<string, string>> } {
  const { positionals, values } = parse();
  const [what, first = "", second = ""] = positionals;
  if (what === "package") {
    const { layer = "", platform = "neutral" } = values;
    if (!/^[a-z][a-z0-9-]*$/.test(first)) fail(`NAME must be lower-case words with dashes, not "${first}"`);
    if (!LAYERS.includes(layer)) fail(`--layer must be one of ${LAYERS.join(", ")}`);
    if (platform !== "neutral" && platform !== "node") fail("--platform must be neutral or node");
    return { folder: `packages/${first}`, files: packageFiles(first, layer, platform) };
  }
  if (what === "plugin") {
    if (first !== "scheduler" && first !== "cni") fail("the plugin's kind must be scheduler or cni");
    if (!/^[a-z][a-z0-9-]*$/.test(second)) fail(`NAME must be lower-case words with dashes, not "${second}"`);
    return { folder: `plugins/${first}-${second}`, files: pluginFiles(first, second) };
  }
  fail(what === undefined ? "say what to make" : `cannot make a "${what}"`);
}

const { folder, files } = plan();
if (existsSync(join(root, folder))) fail(`${folder} is there already`);
for (const [name, text] of Object.entries(files)) {
  const path = join(root, folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
console.log(`made ${folder}; now run: npm install && npm run readme && npx vitest run ${folder}`);
