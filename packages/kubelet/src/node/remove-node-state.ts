import { readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { unmountBelow } from "@pinnace/cri/node";

export interface NodeStateOptions {
  /** The kubelet's root directory. */
  readonly rootDirectory: string;
  /** The prefix that its cgroups were made with; "" for none. */
  readonly cgroupPrefix: string;
  /** Default `/sys/fs/cgroup`. */
  readonly cgroupRoot?: string;
}

/**
 * Removes what the pods of a node leave behind: volumes, their mounts, and cgroups. Call it when no container of the node
 * runs any more: after a stop, or before the start that follows a crash.
 */
export async function removeNodeState(options: NodeStateOptions): Promise<void> {
  const pods = join(options.rootDirectory, "pods");
  await unmountBelow(pods);
  await rm(pods, { recursive: true, force: true });
  for (const root of await cgroupHierarchies(options.cgroupRoot ?? "/sys/fs/cgroup")) {
    await removeCgroup(join(root, options.cgroupPrefix === "" ? "kubepods" : options.cgroupPrefix));
  }
}

/** The root itself on cgroup v2, each controller's folder on v1. */
async function cgroupHierarchies(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { withFileTypes: true });
  if (entries.some(({ name }) => name === "cgroup.controllers")) return [root];
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(root, name));
}

/** Children first; a cgroup that is gone already is no error. */
async function removeCgroup(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: { code?: string }) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  for (const entry of entries) if (entry.isDirectory()) await removeCgroup(join(path, entry.name));
  await rmdir(path).catch((error: { code?: string }) => {
    if (error.code !== "ENOENT") throw error;
  });
}
