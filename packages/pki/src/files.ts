import { randomUUID } from "node:crypto";
import { chmod, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf } from "@pinnace/errors";
import { PkiError } from "./pki-error.ts";

/** The text of a file; undefined when it does not exist. Throws `PKI_READ_FAILED`. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new PkiError("PKI_READ_FAILED", `cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
}

/**
 * Replaces a file at once: readers see the old text or the new one, never a part. The file has mode 0600 and is on disk
 * when this resolves; its directory is made with mode 0700. Throws `PKI_WRITE_FAILED`.
 */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await chmod(dirname(path), 0o700);
    await using file = await open(temporary, "wx", 0o600);
    await file.writeFile(text);
    await file.datasync();
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new PkiError("PKI_WRITE_FAILED", `cannot write ${path}: ${messageOf(cause)}`, { cause });
  }
}
