import { readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@pinnace/clock";
import { unmountBelow } from "@pinnace/cri/node";

export interface NodeStateOptions {
  /** The kubelet's root directory. */
  readonly rootDirectory: string;
  /** The prefix that its cgroups were made with; "" for none. */
  readonly cgroupPrefix: string;
  readonly clock: Clock;
  /** Default `/sys/fs/cgroup`. */
  readonly cgroupRoot?: string;
}

/** How long processes that were killed may take until their cgroup is empty, in milliseconds, and how often it is looked at. */
const EMPTY_TIMEOUT = 5_000;
const EMPTY_PERIOD = 20;

/**
 * Removes what the pods of a node leave behind: volumes, their mounts, and cgroups. Call it when no container of the node
 * runs any more: after a stop, or before the start that follows a crash.
 */
export async function removeNodeState(options: NodeStateOptions): Promise<void> {
  const pods = join(options.rootDirectory, "pods");
  await unmountBelow(pods);
  await rm(pods, { recursive: true, force: true });
  for (const root of await cgroupHierarchies(options.cgroupRoot ?? "/sys/fs/cgroup")) {
    const cgroup = join(root, options.cgroupPrefix === "" ? "kubepods" : options.cgroupPrefix);
    await removeCgroup(cgroup, options.clock, options.clock.now() + EMPTY_TIMEOUT);
  }
}

/** The root itself on cgroup v2, each controller's folder on v1. */
async function cgroupHierarchies(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { withFileTypes: true });
  if (entries.some(({ name }) => name === "cgroup.controllers")) return [root];
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(root, name));
}

/** Children first; a cgroup that is gone already is no error, one whose processes are just ending is waited for. */
async function removeCgroup(path: string, clock: Clock, deadline: number): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: { code?: string }) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  for (const entry of entries) if (entry.isDirectory()) await removeCgroup(join(path, entry.name), clock, deadline);
  try {
    await rmdir(path);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "ENOENT") return;
    if (code !== "EBUSY" || clock.now() > deadline) throw error;
    await clock.sleep(EMPTY_PERIOD);
    await removeCgroup(path, clock, deadline);
  }
}
