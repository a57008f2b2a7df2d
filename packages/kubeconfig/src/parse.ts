import { dirname, isAbsolute, join } from "node:path";
import { messageOf } from "@pinnace/errors";
import { parse } from "yaml";
import { KubeconfigError } from "./kubeconfig-error.ts";
import type { Kubeconfig, KubeconfigCluster, KubeconfigContext, KubeconfigUser } from "./types.ts";

/** Reads the text of one file. Relative paths in it are relative to the file's folder. Throws `KUBECONFIG_INVALID`. */
export function parseKubeconfig(text: string, path: string): Kubeconfig {
  const document = parseYaml(text, path) ?? {};
  if (typeof document !== "object" || Array.isArray(document)) throw invalid(path, "it is not a mapping");
  const config = document as Readonly<Record<string, unknown>>;
  const folder = dirname(path);
  const clusters = entries<KubeconfigCluster>(config.clusters, "cluster", path);
  const users = entries<KubeconfigUser>(config.users, "user", path);
  return {
    clusters: mapValues(clusters, (cluster) => resolvePaths(cluster, ["certificate-authority"], folder)),
    users: mapValues(users, (user) => resolveUser(user, folder)),
    contexts: entries<KubeconfigContext>(config.contexts, "context", path),
    currentContext: typeof config["current-context"] === "string" ? config["current-context"] : "",
  };
}

function parseYaml(text: string, path: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100, prettyErrors: false });
  } catch (cause) {
    throw invalid(path, messageOf(cause), cause);
  }
}

function invalid(path: string, why: string, cause?: unknown): KubeconfigError {
  return new KubeconfigError("KUBECONFIG_INVALID", `${path} is no kubeconfig: ${why}`, { cause });
}

/** A list of `{ name, [member] }` as a map; of two entries with one name the first counts. */
function entries<T>(list: unknown, member: string, path: string): Record<string, T> {
  if (list === undefined || list === null) return {};
  if (!Array.isArray(list)) throw invalid(path, `${member}s is not a list`);
  const map: Record<string, T> = Object.create(null);
  for (const item of list) {
    if (typeof item?.name !== "string") throw invalid(path, `an entry of ${member}s has no name`);
    map[item.name] ??= (item[member] ?? {}) as T;
  }
  return map;
}

function mapValues<T>(map: Readonly<Record<string, T>>, change: (value: T) => T): Record<string, T> {
  const changed: Record<string, T> = Object.create(null);
  for (const name of Object.keys(map)) changed[name] = change(map[name] as T);
  return changed;
}

function resolvePaths<T extends object>(entry: T, members: readonly (keyof T)[], folder: string): T {
  const resolved: T = { ...entry };
  for (const member of members) {
    const value: unknown = entry[member];
    if (typeof value === "string" && value !== "" && !isAbsolute(value))
      resolved[member] = join(folder, value) as T[keyof T];
  }
  return resolved;
}

/** The command of an exec plugin is a path only when it contains a separator. */
function resolveUser(user: KubeconfigUser, folder: string): KubeconfigUser {
  const resolved = resolvePaths(user, ["client-certificate", "client-key", "tokenFile"], folder);
  const { exec } = user;
  if (!exec?.command?.includes("/")) return resolved;
  return { ...resolved, exec: resolvePaths(exec, ["command"], folder) };
}
