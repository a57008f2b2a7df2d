import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf } from "@pinnace/errors";
import { PluginError } from "../plugin-error.ts";
import type { PluginCandidate } from "../registry.ts";

/** Reports a folder that cannot be read or a package.json that is no JSON. */
export type DiscoveryWarning = (message: string) => void;

interface Manifest {
  readonly name?: string;
  readonly exports?: unknown;
  readonly pinnace?: { readonly plugin?: unknown };
}

/**
 * Looks at each folder below the given ones (`plugins/<folder>/package.json`) and imports the packages whose manifest
 * has `pinnace.plugin`. A folder that is not there holds no plugin; a package without the mark is left alone. Plugins run
 * with all rights of the process: point this only at folders whose content you trust.
 */
export async function discoverPlugins(
  directories: readonly string[],
  warn: DiscoveryWarning = () => undefined,
): Promise<readonly PluginCandidate[]> {
  const folders = (await Promise.all(directories.map((directory) => packageFolders(directory, warn)))).flat();
  const marked = await Promise.all(folders.map((folder) => hasMark(folder, warn)));
  return Promise.all(folders.filter((_, index) => marked[index]).map(importPlugin));
}

async function packageFolders(directory: string, warn: DiscoveryWarning): Promise<readonly string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).map((entry) => entry.name);
    return names.sort().map((name) => join(directory, name));
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") warn(`plugin folder ${directory}: ${messageOf(error)}`);
    return [];
  }
}

async function hasMark(folder: string, warn: DiscoveryWarning): Promise<boolean> {
  try {
    const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as Manifest;
    return manifest.pinnace?.plugin !== undefined;
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code !== "ENOENT" && code !== "ENOTDIR") warn(`plugin ${folder}: package.json: ${messageOf(error)}`);
    return false;
  }
}

async function importPlugin(folder: string): Promise<PluginCandidate> {
  try {
    const manifestPath = join(folder, "package.json");
    const { name, exports } = JSON.parse(await readFile(manifestPath, "utf8")) as Manifest;
    // A package knows itself by its name only where it has exports; others have "main" alone.
    const entry = createRequire(manifestPath).resolve(exports === undefined ? folder : (name ?? folder));
    const module = (await import(pathToFileURL(entry).href)) as { default?: unknown };
    return { source: folder, definition: module.default };
  } catch (cause) {
    const error = new PluginError("PLUGIN_IMPORT_FAILED", `plugin ${folder} cannot be imported: ${messageOf(cause)}`, {
      cause,
      remedy: "build it, and check the exports of its package.json",
    });
    return { source: folder, error };
  }
}
