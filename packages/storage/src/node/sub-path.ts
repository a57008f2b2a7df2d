import { type FileHandle, mkdir, open, readlink, realpath, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { VolumeError } from "../volume-error.ts";
import type { Mounter } from "./mounts.ts";

/** Linux' O_PATH: names a file without opening it. Node has no constant for it. */
const O_PATH = 0o10000000;

/**
 * Binds `subPath` of a volume to `target`, so that the container gets exactly what was checked: the path is resolved,
 * pinned by a descriptor, checked to lie inside the volume, and the descriptor is what is mounted. A link that is
 * swapped meanwhile changes nothing (CVE-2017-1002101, CVE-2021-25741).
 */
export async function bindSubPath(mounter: Mounter, volume: string, subPath: string, target: string): Promise<void> {
  if (subPath.startsWith("/") || subPath.split("/").includes(".."))
    throw new VolumeError("VOLUME_INVALID", `subPath must be a relative path without "..": ${subPath}`);
  const root = await realpath(volume);
  await makeFolders(root, subPath);
  const handle = await pin(join(root, subPath));
  try {
    const pinned = await readlink(`/proc/self/fd/${handle.fd}`);
    requireInside(root, pinned, subPath);
    const folder = (await stat(`/proc/self/fd/${handle.fd}`)).isDirectory();
    await makeTarget(target, folder);
    await mounter.bind(`/proc/${process.pid}/fd/${handle.fd}`, target);
  } finally {
    await handle.close();
  }
}

async function pin(path: string): Promise<FileHandle> {
  return open(path, O_PATH);
}

/** Makes the parts of the path that are missing, one by one, never through a link that leads out. */
async function makeFolders(root: string, subPath: string): Promise<void> {
  let at = root;
  for (const part of subPath.split("/").filter(Boolean)) {
    const next = join(at, part);
    const resolved = await realpath(next).catch(() => undefined);
    if (resolved === undefined) await mkdir(next, { mode: 0o750 });
    at = resolved ?? next;
    requireInside(root, at, subPath);
  }
}

function requireInside(root: string, path: string, subPath: string): void {
  const inside = relative(root, path);
  if (inside.startsWith("..") || inside.startsWith("/"))
    throw new VolumeError("VOLUME_INVALID", `subPath ${JSON.stringify(subPath)} leads out of the volume`);
}

async function makeTarget(target: string, folder: boolean): Promise<void> {
  if (folder) await mkdir(target, { recursive: true, mode: 0o750 });
  else {
    await mkdir(dirname(target), { recursive: true, mode: 0o750 });
    await writeFile(target, "", { flag: "a" });
  }
}
