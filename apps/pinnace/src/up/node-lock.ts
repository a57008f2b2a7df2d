import { rm } from "node:fs/promises";
import { AppError } from "../app-error.ts";
import { acquireLock } from "./process-lock.ts";

/**
 * Takes the machine for one real node: address, nftables and cgroups are the machine's, whatever the data directory.
 * Resolves to what gives it back. Rejects with `NODE_TAKEN`.
 */
export async function takeMachine(lock = "/run/pinnace-node.lock"): Promise<() => Promise<void>> {
  const holder = await acquireLock(lock);
  if (holder !== undefined) {
    throw new AppError("NODE_TAKEN", `this machine is the real node of another cluster (process ${holder})`, {
      remedy: "stop that one, or start this one with --simulated",
    });
  }
  return () => rm(lock, { force: true });
}
