import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import type { Plugin } from "esbuild";

/** A bundle of an app, its plugins and the packages that plugins import, made from their sources. */
interface AppBundle {
  /** URLs of bundled entry points by the URL of their source. */
  readonly entries: ReadonlyMap<string, string>;
}

const CACHE = "node_modules/.cache/pinnace";
const ENTRIES = "entries.json";
/** Bundles of older sources may still run and load more of themselves. */
const KEPT = 8;
const SOURCES = ["packages", "plugins"];
/** What plugins import must be the same module as in the app. */
const SHARED = ["api", "apimachinery", "clock", "cni-plugins", "errors", "plugin", "scheduler-framework"];

/** The bundle of `app` (`apps/pinnace`), made now when a source changed since the last one. */
export async function bundleOf(root: string, app: string): Promise<AppBundle> {
  const folder = join(root, CACHE, keyOf(root, app));
  if (!existsSync(folder)) await makeBundle(root, app, folder);
  const entries = Object.entries(JSON.parse(readFileSync(join(folder, ENTRIES), "utf8")) as Record<string, string>);
  const url = (path: string): string => pathToFileURL(path).href;
  return { entries: new Map(entries.map(([source, built]) => [url(join(root, source)), url(join(folder, built))])) };
}

/** Names, sizes and times of all sources. */
function keyOf(root: string, app: string): string {
  const hash = createHash("sha256").update(`${app} ${process.version}`);
  const add = (path: string): void => {
    const { mtimeMs, size } = statSync(path);
    hash.update(`${path} ${mtimeMs} ${size}\n`);
  };
  add(join(root, "package-lock.json"));
  add(import.meta.filename);
  for (const folder of [app, ...SOURCES.flatMap((group) => foldersIn(root, group))]) {
    add(join(root, folder, "package.json"));
    for (const path of sourcesIn(join(root, folder, "src"))) add(path);
  }
  return hash.digest("hex").slice(0, 16);
}

function foldersIn(root: string, group: string): string[] {
  return readdirSync(join(root, group))
    .map((name) => `${group}/${name}`)
    .filter((folder) => existsSync(join(root, folder, "package.json")));
}

function sourcesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return (
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.name.endsWith(".ts") && entry.isFile())
      // A thousand of them at each start: join would look at every part of each path.
      .map((entry) => `${entry.parentPath}/${entry.name}`)
  );
}

async function makeBundle(root: string, app: string, folder: string): Promise<void> {
  const { build } = await import("esbuild");
  const shared = SHARED.map((name) => `packages/${name}/src/index.ts`);
  const plugins = foldersIn(root, "plugins").map((plugin) => `${plugin}/src/index.ts`);
  const sources = [`${app}/src/main.ts`, ...shared, ...plugins].filter((path) => existsSync(join(root, path)));
  const making = `${folder}.${process.pid}`;
  await build({
    absWorkingDir: root,
    entryPoints: sources.map((path) => ({ in: path, out: nameOf(path) })),
    outdir: making,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24",
    conditions: ["@pinnace/source"],
    mainFields: ["module", "main"],
    sourcemap: true,
    sourcesContent: false,
    logLevel: "error",
    plugins: [builtinModules],
    // CommonJS packages within ask for built-in modules.
    banner: {
      js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
    },
  });
  const entries = Object.fromEntries(sources.map((path) => [path, `${nameOf(path)}.js`]));
  writeFileSync(join(making, ENTRIES), JSON.stringify(entries));
  writeFileSync(join(making, "package.json"), '{ "type": "module" }\n');
  putInPlace(making, folder);
  forgetOld(join(root, CACHE));
}

/**
 * An `import` of http reads all that it exports, also its WebSocket, and with that loads Node's whole fetch; `require`
 * does not.
 */
const builtinModules: Plugin = {
  name: "builtin-modules",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^node:https?$/ }, ({ path, kind }) =>
      kind === "import-statement" ? { path, namespace: "builtin" } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

function nameOf(path: string): string {
  return relative(".", path)
    .replace(/\/src\/(?:index|main)\.ts$/, "")
    .replaceAll("/", "-");
}

/** Somebody else may have made the same one meanwhile. */
function putInPlace(making: string, folder: string): void {
  try {
    renameSync(making, folder);
  } catch (error) {
    rmSync(making, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
}

function forgetOld(cache: string): void {
  const bundles = readdirSync(cache)
    .filter((name) => /^[0-9a-f]{16}$/.test(name))
    .map((name) => ({ path: join(cache, name), time: statSync(join(cache, name)).mtimeMs }))
    .sort((a, b) => b.time - a.time);
  for (const { path } of bundles.slice(KEPT)) rmSync(path, { recursive: true, force: true });
}
