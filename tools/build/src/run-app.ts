/**
 * Runs an app of this repository from one bundle of its sources, which starts several times faster than the sources and
 * is made again whenever one of them changed; where it cannot be made, the sources themselves run. Debuggers
 * find the way back by its source maps, and stack traces with NODE_OPTIONS=--enable-source-maps. Usage: `node --conditions=@pinnace/source tools/build/src/run-app.ts apps/pinnace up ...`
 */
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleOf } from "./app-cache.ts";

const [node = "", , app = "", ...args] = process.argv;
const root = join(import.meta.dirname, "../../..");

/** Plugins are found in their folders and imported by their sources' names, like those of strangers. */
async function redirectToBundle(): Promise<void> {
  const { entries } = await bundleOf(root, app);
  registerHooks({
    resolve: (specifier, context, next) => {
      const found = next(specifier, context);
      const built = entries.get(found.url);
      return built === undefined ? found : { ...found, url: built, format: "module" };
    },
  });
}

try {
  await redirectToBundle();
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`warning: ${app} starts slowly, from its sources: ${reason}\n`);
}
const main = join(root, app, "src/main.ts");
process.argv = [node, main, ...args];
await import(pathToFileURL(main).href);
