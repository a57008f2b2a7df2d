import { mkdir, open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock } from "@pinnace/clock";
import { messageOf } from "@pinnace/errors";
import { KubeconfigError } from "./kubeconfig-error.ts";

/** Milliseconds between two attempts, and how many there are: five seconds. */
const INTERVAL = 50;
const ATTEMPTS = 100;

/**
 * Runs `work` while holding `<path>.lock`, the lock file of client-go, so that kubectl and other tools keep out. Waits up
 * to five seconds for another holder, then throws `KUBECONFIG_LOCKED`.
 */
export async function withLock<T>(path: string, clock: Pick<Clock, "sleep">, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  await acquire(lock, clock);
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function acquire(lock: string, clock: Pick<Clock, "sleep">): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await create(lock)) return;
    await clock.sleep(INTERVAL);
  }
  throw new KubeconfigError("KUBECONFIG_LOCKED", `another program holds ${lock}`, {
    remedy: `when none is running, remove it with: rm ${lock}`,
  });
}

async function create(lock: string): Promise<boolean> {
  try {
    await mkdir(dirname(lock), { recursive: true, mode: 0o700 });
    await (await open(lock, "wx", 0o600)).close();
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw new KubeconfigError("KUBECONFIG_WRITE_FAILED", `cannot lock ${lock}: ${messageOf(cause)}`, { cause });
  }
}
