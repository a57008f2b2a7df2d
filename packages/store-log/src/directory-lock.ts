import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "@pinnace/errors";
import { StoreError } from "@pinnace/store";

/** Keeps a directory to one store. */
export interface DirectoryLock {
  release(): void;
}

/**
 * Takes the lock of a directory, or fails with `LOCKED`. Node cannot lock files, SQLite can: the lock is that of an empty
 * database held exclusively, so the kernel gives it back when the process ends in whatever way, and a second store in the
 * same process is refused as well. The holder's pid is beside it, for the message.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  // By name, because some bundlers drop "node:" from imports, and this module does not exist without it.
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  const database = new DatabaseSync(join(directory, "lock"));
  const pidFile = join(directory, "pid");
  try {
    database.exec("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=MEMORY; PRAGMA busy_timeout=0; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    throw await refusal(directory, pidFile, error);
  }
  try {
    await writeFile(pidFile, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    database.close();
    throw error;
  }
  return { release: () => database.close() };
}

async function refusal(directory: string, pidFile: string, cause: unknown): Promise<StoreError> {
  const pid = await readFile(pidFile, "utf8").then(
    (text) => text.trim(),
    () => "unknown",
  );
  if (!messageOf(cause).includes("locked"))
    return new StoreError("UNAVAILABLE", `${directory} cannot be locked: ${messageOf(cause)}`, { cause });
  return new StoreError("LOCKED", `${directory} is in use by process ${pid}`, {
    cause,
    remedy: `Stop that process (kill ${pid}) or choose another directory.`,
  });
}
