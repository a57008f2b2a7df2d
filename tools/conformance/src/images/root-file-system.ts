import { execFile } from "node:child_process";
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ImageFile } from "@pinnace/cri/node";

const run = promisify(execFile);

/**
 * Debian packages with all that they depend on, unpacked: what a container needs to run their programs. Nothing is
 * installed on this machine. Rejects when apt cannot download.
 */
export async function unpackDebianPackages(packages: readonly string[]): Promise<readonly ImageFile[]> {
  const folder = await mkdtemp(join(tmpdir(), "pinnace-packages-"));
  try {
    const archives = join(folder, "archives");
    const root = join(folder, "root");
    await mkdir(archives);
    await makeRoot(root);
    const names = await closure(packages);
    await run("apt-get", ["download", "-q", ...names], { cwd: archives, timeout: 300_000, maxBuffer: 1e8 });
    for (const name of (await readdir(archives)).sort()) {
      const extract = 'dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink -C "$2"';
      await run("sh", ["-c", extract, "sh", join(archives, name), root]);
    }
    await rm(join(root, "usr/share/doc"), { recursive: true, force: true });
    await rm(join(root, "usr/share/man"), { recursive: true, force: true });
    await rm(join(root, "usr/share/locale"), { recursive: true, force: true });
    return await readTree(root, "");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Debian's merged /usr: packages have files below either. */
async function makeRoot(root: string): Promise<void> {
  for (const name of ["bin", "sbin", "lib"]) {
    await mkdir(join(root, "usr", name), { recursive: true });
    await symlink(`usr/${name}`, join(root, name));
  }
  await mkdir(join(root, "usr/lib64"));
  await symlink("usr/lib64", join(root, "lib64"));
  for (const name of ["etc", "proc", "sys", "dev", "run", "root", "tmp"]) await mkdir(join(root, name));
  await chmod(join(root, "tmp"), 0o1777);
}

async function closure(packages: readonly string[]): Promise<readonly string[]> {
  const less = ["recommends", "suggests", "conflicts", "breaks", "replaces", "enhances"].map((each) => `--no-${each}`);
  const { stdout } = await run("apt-cache", ["depends", "--recurse", ...less, ...packages], { maxBuffer: 1e8 });
  // Virtual packages are printed in angle brackets; what configures a system is of no use in a container.
  const names = stdout.split("\n").filter((line) => /^[a-z0-9][a-z0-9.+-]*$/.test(line));
  return [...new Set(names)].filter((name) => !UNUSED.test(name));
}

const UNUSED =
  /^(debconf.*|cdebconf.*|dpkg|perl-base|init-system-helpers|install-info|libdebian-installer.*|apt|tar|gcc-12-base|usrmerge|mawk|original-awk)$/;

/** A folder as files of an image, each folder before what is in it. */
async function readTree(root: string, below: string): Promise<ImageFile[]> {
  const files: ImageFile[] = [];
  for (const name of (await readdir(join(root, below))).sort()) {
    const path = below === "" ? name : `${below}/${name}`;
    const stat = await lstat(join(root, path));
    const mode = stat.mode & 0o7777;
    if (stat.isSymbolicLink()) files.push({ path, link: await readlink(join(root, path)) });
    else if (stat.isDirectory()) files.push({ path, directory: true, mode }, ...(await readTree(root, path)));
    else if (stat.isFile()) files.push({ path, content: await readFile(join(root, path)), mode });
  }
  return files;
}
