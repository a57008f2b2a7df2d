import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { CodedError, messageOf } from "@pinnace/errors";
import { CNI_RESULT_VERSIONS } from "../wire/result.ts";

/** One plugin of a chain, as the file has it. */
export interface CniPluginConfig {
  readonly type: string;
  /** Which of an attachment's capabilities the plugin wants in its `runtimeConfig`. */
  readonly capabilities?: Readonly<Record<string, boolean>>;
  readonly [key: string]: unknown;
}

/** A network: a chain of plugins under a name (spec 1.1.0, section 1). */
export interface CniNetwork {
  readonly name: string;
  readonly cniVersion: string;
  readonly disableCheck: boolean;
  readonly disableGC: boolean;
  readonly plugins: readonly CniPluginConfig[];
}

type Json = Readonly<Record<string, unknown>>;

const EXTENSIONS = [".conf", ".conflist", ".json"];

/**
 * The network that a container runtime would use: that of the first file by name. A file with a single plugin is a chain
 * of one. Resolves to undefined when there is none (also when the directory is not there); rejects with
 * `NETWORK_INVALID` when the file makes no sense.
 */
export async function loadCniNetwork(configDirectory: string): Promise<CniNetwork | undefined> {
  const names = await readdir(configDirectory).catch((error: unknown): string[] => {
    if ((error as { code?: string }).code === "ENOENT") return [];
    throw error;
  });
  const [first] = names.filter((name) => EXTENSIONS.includes(extname(name))).sort();
  if (first === undefined) return undefined;
  const path = join(configDirectory, first);
  return parseCniNetwork(await readFile(path, "utf8"), path);
}

/** Reads the text of a network; `source` is what errors call it. Throws `NETWORK_INVALID`. */
export function parseCniNetwork(text: string, source: string): CniNetwork {
  const fail = (why: string): never => {
    throw new CodedError("NETWORK_INVALID", `${source}: ${why}`, {
      remedy: "compare it with section 1 of the CNI spec",
    });
  };
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch (error) {
    return fail(messageOf(error));
  }
  const plugins = json.plugins ?? (json.type === undefined ? [] : [json]);
  if (typeof json.name !== "string" || !/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(json.name))
    fail("name is missing or invalid");
  if (!Array.isArray(plugins) || plugins.length === 0) fail("it has no plugins");
  for (const [index, plugin] of (plugins as Json[]).entries()) {
    if (typeof plugin.type !== "string" || !/^[\w.-]+$/.test(plugin.type)) fail(`plugins[${index}].type is missing`);
  }
  return {
    name: json.name as string,
    cniVersion: versionOf(json) ?? fail(`no version of it is among ${CNI_RESULT_VERSIONS.join(", ")}`),
    disableCheck: isTrue(json.disableCheck),
    disableGC: isTrue(json.disableGC),
    plugins: plugins as CniPluginConfig[],
  };
}

/** The newest that both sides know of `cniVersions` (spec 1.1.0) and `cniVersion`. */
function versionOf(json: Json): string | undefined {
  const offered = [json.cniVersion, ...(Array.isArray(json.cniVersions) ? json.cniVersions : [])];
  return CNI_RESULT_VERSIONS.findLast((version) => offered.includes(version));
}

const isTrue = (value: unknown): boolean => value === true || value === "true";
