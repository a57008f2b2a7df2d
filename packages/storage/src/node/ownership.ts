import { chmod, lchown, lstat, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { PodSecurityContext } from "@pinnace/api";

const SETGID = 0o2000;
const GROUP_RW = 0o660;
const GROUP_SEARCH = 0o110;

/**
 * Gives a volume to the pod's fsGroup: group ownership, read and write for the group, and the setgid bit on folders, as
 * upstream's SetVolumeOwnership. With `OnRootMismatch` nothing is done when the root is right already.
 */
export async function applyFsGroup(path: string, context: PodSecurityContext | undefined): Promise<void> {
  const group = context?.fsGroup;
  if (group === undefined) return;
  if (context?.fsGroupChangePolicy === "OnRootMismatch") {
    const { gid, mode } = await stat(path);
    if (gid === group && (mode & SETGID) !== 0 && (mode & GROUP_RW) === GROUP_RW) return;
  }
  await walk(path, group);
}

async function walk(path: string, group: number): Promise<void> {
  const found = await lstat(path);
  await lchown(path, found.uid, group);
  if (found.isSymbolicLink()) return;
  const folder = found.isDirectory();
  await chmod(path, (found.mode & 0o7777) | GROUP_RW | (folder ? SETGID | GROUP_SEARCH : 0));
  if (folder) for (const name of await readdir(path)) await walk(join(path, name), group);
}
