import { open, readFile, rm } from "node:fs/promises";

/**
 * Takes a lock file for this process; removing the file gives it back. The file of a process that is gone is taken over.
 * Resolves to the pid of the living holder (0: just starting) where there is one, and to undefined with the lock.
 */
export async function acquireLock(lock: string): Promise<number | undefined> {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      const file = await open(lock, "wx", 0o600);
      await file.writeFile(`${process.pid} ${await startTime(process.pid)}\n`);
      await file.close();
      return undefined;
    } catch (error) {
      if ((error as { code?: string }).code !== "EEXIST") throw error;
    }
    const [pid = 0, started = ""] = await holder(lock);
    if (pid !== 0 && (await startTime(pid)) === started) return pid;
    await rm(lock, { force: true }); // its holder was killed
  }
  return 0;
}

async function holder(lock: string): Promise<readonly [number, string]> {
  const [pid = "0", started = ""] = (await readFile(lock, "utf8")).trim().split(" ");
  return [Number(pid), started];
}

/** When a process started, in clock ticks since boot: with the pid it names one process. "" when there is none. */
async function startTime(pid: number): Promise<string> {
  if (process.platform !== "linux") return isAlive(pid) ? "alive" : "";
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ""); // it has ended
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
