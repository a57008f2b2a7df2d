import { execFile } from "node:child_process";
import { readdir, readFile, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

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

/** Deepest first. Mounts that end meanwhile are no failure. */
async function unmountBelow(folder: string): Promise<void> {
  for (const path of await mountsBelow(folder)) {
    try {
      await execute("umount", ["--lazy", path]);
    } catch (error) {
      if ((await mountsBelow(folder)).includes(path)) throw error;
    }
  }
}

async function mountsBelow(folder: string): Promise<readonly string[]> {
  const lines = (await readFile("/proc/self/mounts", "utf8")).split("\n");
  const paths = lines.map((line) => (line.split(" ")[1] ?? "").replace(/\\040/g, " "));
  return paths.filter((path) => path.startsWith(`${folder}/`)).sort((a, b) => b.length - a.length);
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
