import { readFile, rm, writeFile } from "node:fs/promises";
import { AppError } from "../app-error.ts";
import { acquireLock } from "./process-lock.ts";

interface MachineOptions {
  /** Absolute path. */
  readonly dataDirectory: string;
  /** Removes what the real node of a killed process has left on the machine; gets that one's data directory. */
  readonly removeRemains: (dataDirectory: string) => Promise<unknown>;
  /** The lock file; beside it is a record of the data directory. Both go with a restart of the machine, as remains do. */
  readonly lock?: string;
}

/**
 * Takes the machine for one real node: address, nftables and cgroups are the machine's, whatever the data directory. What
 * a killed one has left is removed first, also of another data directory. Resolves to what gives the machine back. Rejects
 * with `NODE_TAKEN`.
 */
export async function takeMachine(options: MachineOptions): Promise<() => Promise<void>> {
  const { dataDirectory, removeRemains, lock = "/run/pinnace-node.lock" } = options;
  const holder = await acquireLock(lock);
  if (holder !== undefined) {
    throw new AppError("NODE_TAKEN", `this machine is the real node of another cluster (process ${holder})`, {
      remedy: "stop that one, or start this one with --simulated",
    });
  }
  const record = `${lock}.directory`;
  try {
    const killed = await readRecord(record);
    if (killed !== undefined) await removeRemains(killed);
    await writeFile(record, dataDirectory, { mode: 0o600 });
  } catch (error) {
    await rm(lock, { force: true });
    throw error;
  }
  return async () => {
    await rm(record, { force: true });
    await rm(lock, { force: true });
  };
}

/** The data directory of a node that was killed; a stop in good order removes the record. */
async function readRecord(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, "utf8")) || undefined;
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    throw error;
  }
}
