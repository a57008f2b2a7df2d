import { type lstat, mkdir, stat, writeFile } from "node:fs/promises";
import type { HostPathVolumeSource } from "@pinnace/api";
import { VolumeError } from "../volume-error.ts";

/**
 * Checks a hostPath volume by its type and makes it where the type says so. Rejects with {@link VolumeError}
 * `VOLUME_INVALID` (another kind of file) or `VOLUME_SOURCE_MISSING`.
 */
export async function prepareHostPath({ path, type = "" }: HostPathVolumeSource): Promise<string> {
  if (type === "") return path;
  const found = await stat(path).catch(() => undefined);
  if (!found && type === "DirectoryOrCreate") await mkdir(path, { recursive: true, mode: 0o755 });
  else if (!found && type === "FileOrCreate") await writeFile(path, "", { mode: 0o644, flag: "a" });
  else if (!found)
    throw new VolumeError("VOLUME_SOURCE_MISSING", `hostPath type check failed: ${path} is not ${A[type] ?? type}`);
  else if (!matches(found, type))
    throw new VolumeError("VOLUME_INVALID", `hostPath type check failed: ${path} is not ${A[type] ?? type}`);
  return path;
}

const A: Readonly<Record<string, string>> = {
  DirectoryOrCreate: "a directory",
  Directory: "a directory",
  FileOrCreate: "a file",
  File: "a file",
  Socket: "a socket file",
  CharDevice: "a character device",
  BlockDevice: "a block device",
};

function matches(found: Awaited<ReturnType<typeof lstat>>, type: string): boolean {
  if (type.startsWith("Directory")) return found.isDirectory();
  if (type.startsWith("File")) return found.isFile();
  if (type === "Socket") return found.isSocket();
  return type === "CharDevice" ? found.isCharacterDevice() : found.isBlockDevice();
}
