import { createHash } from "node:crypto";
import { chmod, chown, lstat, mkdir, readdir, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { PayloadFile } from "../payload.ts";

const DATA = "..data";
const NEXT_DATA = "..data_tmp";

/** Who owns the files of a volume; absent members are left as they are. */
interface FileOwner {
  readonly uid?: number;
  readonly gid?: number;
}

/** Replaces the files of one folder so that readers see either the old or the new ones. */
export interface AtomicWriter {
  /** Writes the files; nothing is touched when they are what was written last. `stamp` makes the version's name. */
  write(files: readonly PayloadFile[], owner: FileOwner, stamp: string): Promise<void>;
}

/**
 * Writes as upstream's AtomicWriter does: files go into a new hidden folder, the link `..data` is swapped to it by a
 * rename, and names in the volume are links through `..data`.
 */
export function createAtomicWriter(folder: string): AtomicWriter {
  let written: string | undefined;
  return {
    async write(files, owner, stamp) {
      checkPaths(files);
      const digest = digestOf(files, owner);
      if (digest === written && (await exists(join(folder, DATA)))) return;
      await replace(folder, files, owner, stamp);
      written = digest;
    },
  };
}

async function replace(folder: string, files: readonly PayloadFile[], owner: FileOwner, stamp: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const version = `..${stamp}`;
  await rm(join(folder, version), { recursive: true, force: true });
  await mkdir(join(folder, version), { mode: 0o755 });
  for (const file of files) await writeOne(join(folder, version), file, owner);
  const old = await readlink(join(folder, DATA)).catch(() => undefined);
  await rm(join(folder, NEXT_DATA), { force: true });
  await symlink(version, join(folder, NEXT_DATA));
  await rename(join(folder, NEXT_DATA), join(folder, DATA));
  await linkNames(folder, new Set(files.map(({ path }) => path.split("/")[0] ?? "")));
  if (old !== undefined && old !== version) await rm(join(folder, old), { recursive: true, force: true });
}

async function writeOne(version: string, { path, content, mode }: PayloadFile, owner: FileOwner): Promise<void> {
  const target = join(version, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, content, { mode: 0o600 });
  if (owner.uid !== undefined || owner.gid !== undefined) await chown(target, owner.uid ?? -1, owner.gid ?? -1);
  await chmod(target, mode);
}

/** Makes the links that are missing and removes those whose file is gone. */
async function linkNames(folder: string, names: ReadonlySet<string>): Promise<void> {
  const present = new Set((await readdir(folder)).filter((name) => !name.startsWith("..")));
  for (const name of names) if (!present.has(name)) await symlink(`${DATA}/${name}`, join(folder, name));
  for (const name of present) if (!names.has(name)) await rm(join(folder, name), { force: true });
}

function checkPaths(files: readonly PayloadFile[]): void {
  for (const { path } of files) {
    const parts = path.split("/");
    if (path === "" || path.startsWith("/") || parts.includes("..") || parts[0]?.startsWith(".."))
      throw new TypeError(`not a path inside a volume: ${JSON.stringify(path)}`);
  }
}

function digestOf(files: readonly PayloadFile[], owner: FileOwner): string {
  const hash = createHash("sha256").update(JSON.stringify(owner));
  for (const { path, content, mode } of files) hash.update(`\0${path}\0${mode}\0${content.length}\0`).update(content);
  return hash.digest("hex");
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
