import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import type { PluginCandidate } from "@pinnace/plugin";
import { discoverPlugins } from "@pinnace/plugin/node";
import { AppError } from "../app-error.ts";

/**
 * Where plugins are looked for: beside the packages of this command (the default ones), in `plugins/` of the current
 * folder, and in the folders of `--plugins`. All come in through the same door. Throws `NO_PLUGINS_FOLDER`.
 */
function pluginFolders(more: readonly string[]): readonly string[] {
  const missing = more.find((folder) => !existsSync(folder));
  if (missing !== undefined) {
    throw new AppError("NO_PLUGINS_FOLDER", `there is no plugins folder ${resolve(missing)}`, {
      remedy: "--plugins names a folder whose sub-folders are plugins",
    });
  }
  const own = createRequire(import.meta.url).resolve("@pinnace/scheduler-default-binder/package.json");
  const folders = [dirname(dirname(own)), join(process.cwd(), "plugins"), ...more];
  return [...new Set(folders.map((folder) => (existsSync(folder) ? realpathSync(folder) : folder)))];
}

/** The candidates of all folders; one that is reached by two ways counts once. */
export async function findPlugins(
  more: readonly string[],
  warn: (message: string) => void,
): Promise<readonly PluginCandidate[]> {
  const found = await discoverPlugins(pluginFolders(more), warn);
  const unique = new Map(found.map((candidate) => [realpathSync(candidate.source), candidate]));
  return [...unique.values()];
}
