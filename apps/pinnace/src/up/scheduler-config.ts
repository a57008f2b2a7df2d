import { readFile } from "node:fs/promises";
import { isCodedError, messageOf } from "@pinnace/errors";
import { createPluginRegistry, type PluginCandidate } from "@pinnace/plugin";
import { DEFAULT_SCHEDULER_CONFIG, parseSchedulerConfiguration, type SchedulerConfig } from "@pinnace/scheduler";
import { DEFAULT_PLUGINS, SCHEDULER_PLUGIN_TYPE } from "@pinnace/scheduler-framework";
import { AppError } from "../app-error.ts";
import { PLUGIN_HOSTS } from "../plugins/plugin-hosts.ts";

/**
 * The defaults, with every scheduler plugin that was found and can be used in the default profile: after the default
 * plugins and with weight 1. Who puts a plugin into the folder wants it to be used; optional ones wait to be named.
 */
export function schedulerConfig(
  candidates: readonly PluginCandidate[],
  named: readonly string[] = [],
): SchedulerConfig {
  const { definitions } = createPluginRegistry(candidates, { hosts: PLUGIN_HOSTS });
  const defaults = new Set(DEFAULT_PLUGINS.map(({ name }) => name));
  const found = definitions(SCHEDULER_PLUGIN_TYPE).filter(
    ({ name, optional }) => !defaults.has(name) && (!optional || named.includes(name)),
  );
  const enabled = found.map(({ name }) => ({ name }));
  const profile = { schedulerName: "default-scheduler", plugins: { multiPoint: { enabled } } };
  return { ...DEFAULT_SCHEDULER_CONFIG, profiles: [profile] };
}

/** The KubeSchedulerConfiguration of a file. Throws `SCHEDULER_CONFIG`, which names the file. */
export async function readSchedulerConfig(file: string): Promise<SchedulerConfig> {
  try {
    return parseSchedulerConfiguration(await readFile(file, "utf8"));
  } catch (cause) {
    if (!isCodedError(cause) && !isFileError(cause)) throw cause;
    throw new AppError("SCHEDULER_CONFIG", `${file}: ${messageOf(cause)}`, { cause });
  }
}

const isFileError = (error: unknown): boolean => error instanceof Error && "syscall" in error;
