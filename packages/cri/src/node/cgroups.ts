import { readdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@pinnace/clock";

/** How long processes that were killed may take until their cgroup is empty, in milliseconds, and how often it is looked at. */
const EMPTY_TIMEOUT = 5_000;
const EMPTY_PERIOD = 20;

/** Removes a cgroup, `/pinnace`, with those in it: from the one tree of cgroup v2, from each controller's on v1. */
export async function removeCgroup(
  name: string,
  { clock, root = "/sys/fs/cgroup" }: { readonly clock: Clock; readonly root?: string },
): Promise<void> {
  const deadline = clock.now() + EMPTY_TIMEOUT;
  for (const tree of await cgroupHierarchies(root)) await removeTree(join(tree, name), clock, deadline);
}

/** The root itself on cgroup v2, each controller's folder on v1. */
async function cgroupHierarchies(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { withFileTypes: true });
  if (entries.some(({ name }) => name === "cgroup.controllers")) return [root];
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(root, name));
}

/** Children first; a cgroup that is gone already is no error, one whose processes are just ending is waited for. */
async function removeTree(path: string, clock: Clock, deadline: number): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: { code?: string }) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(path, entry.name), clock, deadline);
  try {
    await rmdir(path);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "ENOENT") return;
    if (code !== "EBUSY" || clock.now() > deadline) throw error;
    await clock.sleep(EMPTY_PERIOD);
    await removeTree(path, clock, deadline);
  }
}
