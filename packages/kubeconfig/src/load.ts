import { readFile } from "node:fs/promises";
import { messageOf } from "@pinnace/errors";
import { KubeconfigError } from "./kubeconfig-error.ts";
import { parseKubeconfig } from "./parse.ts";
import { kubeconfigPaths } from "./paths.ts";
import type { Kubeconfig } from "./types.ts";

/**
 * Loads and merges kubeconfig files as client-go does: files that do not exist are skipped, and of two values for one
 * name (or two current contexts) the first file's counts. Throws `KUBECONFIG_READ_FAILED` and `KUBECONFIG_INVALID`.
 */
export async function loadKubeconfig(paths: readonly string[] = kubeconfigPaths()): Promise<Kubeconfig> {
  const texts = await Promise.all(paths.map(readIfPresent));
  const configs = texts.flatMap((text, at) => (text === undefined ? [] : [parseKubeconfig(text, paths[at] ?? "")]));
  return mergeKubeconfigs(configs);
}

/** Merges configurations; the first one to set a name wins. */
export function mergeKubeconfigs(configs: readonly Kubeconfig[]): Kubeconfig {
  const merge = <T>(pick: (config: Kubeconfig) => Readonly<Record<string, T>>): Readonly<Record<string, T>> => {
    const merged: Record<string, T> = Object.create(null);
    for (const config of configs) for (const [name, value] of Object.entries(pick(config))) merged[name] ??= value;
    return merged;
  };
  return {
    clusters: merge((config) => config.clusters),
    users: merge((config) => config.users),
    contexts: merge((config) => config.contexts),
    currentContext: configs.find(({ currentContext }) => currentContext !== "")?.currentContext ?? "",
  };
}

/** The text of a file; undefined when there is none. Throws `KUBECONFIG_READ_FAILED`. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new KubeconfigError("KUBECONFIG_READ_FAILED", `cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
}
