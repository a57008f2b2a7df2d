import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { messageOf } from "@pinnace/errors";
import { VolumeError } from "../volume-error.ts";

const run = promisify(execFile);

/** Mounts and unmounts on this machine (in this process' mount namespace). Rejections are {@link VolumeError} `VOLUME_IO`. */
export interface Mounter {
  /** A tmpfs; `sizeBytes` bounds it. */
  tmpfs(path: string, sizeBytes: number | undefined): Promise<void>;
  bind(source: string, target: string): Promise<void>;
  unmount(path: string): Promise<void>;
  /** Mount points at and below a path, deepest first. */
  below(path: string): Promise<readonly string[]>;
}

/** The mounter that runs `mount` and `umount`; needs CAP_SYS_ADMIN. */
export function createMounter(): Mounter {
  return {
    tmpfs: (path, size) =>
      call("mount", ["-t", "tmpfs", ...(size === undefined ? [] : ["-o", `size=${size}`]), "tmpfs", path]),
    bind: (source, target) => call("mount", ["--no-canonicalize", "--bind", source, target]),
    unmount: (path) => call("umount", [path]),
    below: async (path) => mountPointsBelow(await readFile("/proc/self/mountinfo", "utf8"), path),
  };
}

/** Reads a mountinfo table (proc(5)). */
export function mountPointsBelow(mountinfo: string, path: string): readonly string[] {
  const points = mountinfo
    .split("\n")
    .map((line) => decodeOctal(line.split(" ")[4] ?? ""))
    .filter((point) => point === path || point.startsWith(`${path}/`));
  return points.reverse();
}

/** Spaces and the like stand as octal escapes. */
function decodeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

async function call(command: string, args: readonly string[]): Promise<void> {
  try {
    await run(command, [...args]);
  } catch (error) {
    throw new VolumeError("VOLUME_IO", messageOf(error).trim(), { cause: error });
  }
}
