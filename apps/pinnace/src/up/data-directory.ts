import { existsSync } from "node:fs";
import { mkdir, realpath, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { messageOf } from "@pinnace/errors";
import { AppError } from "../app-error.ts";
import { acquireLock } from "./process-lock.ts";

/** Where a cluster keeps what it needs to go on after a restart. */
export interface DataDirectory {
  readonly path: string;
  readonly pki: string;
  readonly store: string;
  readonly kubeconfig: string;
  readonly containerd: string;
  readonly kubelet: string;
  readonly cni: string;
  readonly podLogs: string;
  readonly log: string;
  /** What a restore writes before it takes effect; there for a moment only. */
  readonly restoring: string;
  /** Lets the next process in. */
  release(): Promise<void>;
}

/** All that `--reset` removes. The folder itself stays: it may be a mount, and it was the user's choice. */
const CONTENTS = ["pki", "store", "kubeconfig", "containerd", "kubelet", "cni", "pod-logs", "pinnace.log", "restoring"];

/**
 * Makes the folder (mode 0700) when it is not there and locks it. Rejects with `ALREADY_RUNNING` when a living process
 * holds the lock, and with `DATA_DIRECTORY` when the folder cannot be used.
 */
export async function openDataDirectory(folder: string): Promise<DataDirectory> {
  const wanted = resolve(folder);
  try {
    await makeFolder(wanted);
    const path = await realpath(wanted);
    const lock = join(path, "lock");
    const holder = await acquireLock(lock);
    if (holder !== undefined) {
      throw new AppError("ALREADY_RUNNING", `a cluster is running on ${path} already (process ${holder})`, {
        remedy: "stop it, or choose another folder with --data-dir",
      });
    }
    return layout(path, () => rm(lock, { force: true }));
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError("DATA_DIRECTORY", `the data directory ${wanted} cannot be used: ${messageOf(cause)}`, {
      cause,
      remedy: "choose another with --data-dir",
    });
  }
}

/** With its parents. Not `recursive`: that never ends below /proc. */
async function makeFolder(path: string): Promise<void> {
  if (existsSync(path)) return;
  if (dirname(path) !== path) await makeFolder(dirname(path));
  await mkdir(path, { mode: 0o700 }).catch((error) => {
    if (error.code !== "EEXIST") throw error; // made by another process in the meantime
  });
}

function layout(path: string, release: () => Promise<void>): DataDirectory {
  const at = (name: string): string => join(path, name);
  return {
    path,
    pki: at("pki"),
    store: at("store"),
    kubeconfig: at("kubeconfig"),
    containerd: at("containerd"),
    kubelet: at("kubelet"),
    cni: at("cni"),
    podLogs: at("pod-logs"),
    log: at("pinnace.log"),
    restoring: at("restoring"),
    release,
  };
}

/** Throws `RESTORE_INTERRUPTED` when the folder may have parts of two clusters. */
export function requireRestored({ path, restoring }: DataDirectory): void {
  if (!existsSync(restoring)) return;
  throw new AppError("RESTORE_INTERRUPTED", `a restore into ${path} was interrupted`, {
    remedy: "run pinnace restore again, with --replace; or forget everything with --reset",
  });
}

/** Removes the state of a cluster that was stopped or killed. The caller holds the lock. */
export async function resetDataDirectory(directory: DataDirectory): Promise<void> {
  // What speaks with containerd is loaded where there was one.
  if (existsSync(directory.containerd)) await (await import("./node-remains.ts")).releaseNodeFolders(directory.path);
  for (const name of CONTENTS) await rm(join(directory.path, name), { recursive: true, force: true });
}
