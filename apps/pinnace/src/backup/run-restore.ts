import { existsSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { restoreStore } from "@pinnace/store-log";
import { AppError } from "../app-error.ts";
import { type DataDirectory, openDataDirectory } from "../up/data-directory.ts";
import { type LoadedBackup, loadBackup } from "./cluster-files.ts";

interface RestoreRequest {
  readonly file: string;
  readonly dataDir: string;
  readonly replace: boolean;
  readonly bumpRevision: number;
  readonly passphrase: () => Promise<string>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly write: (text: string) => void;
}

/** What makes a cluster the one that it is. */
const CLUSTER = ["pki", "store", "kubeconfig"];

/**
 * Makes a data directory from a backup. The backup is read as a whole and verified before anything is touched; the new
 * state is on the disk and verified before it takes the place of an old one, which is put aside.
 */
export async function runRestore(request: RestoreRequest): Promise<void> {
  const { file, write } = request;
  const backup = await loadBackup(file, await request.passphrase());
  const directory = await openDataDirectory(request.dataDir);
  try {
    const present = CLUSTER.filter((name) => existsSync(join(directory.path, name)));
    if (present.length > 0 && !request.replace)
      throw new AppError("NOT_EMPTY", `${directory.path} has a cluster already`, {
        remedy: "choose another folder with --data-dir, or add --replace to put that cluster aside",
      });
    const { revision } = await prepare(backup, directory, request.bumpRevision);
    const aside = await putAside(directory, present, request.now);
    await takeEffect(directory);
    write(`${directory.path}: ${backup.inspection.entries} objects as of ${backup.about.created}; verified\n`);
    write(`Revisions go on from ${revision}. Start the cluster with: pinnace up --data-dir ${directory.path}\n`);
    if (aside !== undefined) write(`What was there before is in ${aside}\n`);
  } finally {
    await directory.release();
  }
}

/** Writes the new state beside the old one. */
async function prepare(
  { pki, store, inspection }: LoadedBackup,
  { restoring }: DataDirectory,
  bumpRevision: number,
): Promise<{ readonly revision: number }> {
  await rm(restoring, { recursive: true, force: true });
  await mkdir(restoring, { mode: 0o700 });
  for (const [name, bytes] of pki) await writeDurably(join(restoring, "pki", name), bytes);
  const restored = await restoreStore(store, join(restoring, "store"), { bumpRevision });
  if (restored.entries !== inspection.entries) throw new Error("the restored store differs from that of the backup");
  return restored;
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const handle = await open(path, "wx", 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function putAside(directory: DataDirectory, names: readonly string[], now: number): Promise<string | undefined> {
  if (names.length === 0) return undefined;
  const aside = join(directory.path, `before-restore-${new Date(now).toISOString().replaceAll(":", "")}`);
  await mkdir(aside, { recursive: true, mode: 0o700 });
  for (const name of names) await rename(join(directory.path, name), join(aside, name));
  return aside;
}

/** While `restoring` is there, `pinnace up` refuses to start on what may be half of one cluster and half of another. */
async function takeEffect({ path, restoring, pki, store }: DataDirectory): Promise<void> {
  await rename(join(restoring, "store"), store);
  await rename(join(restoring, "pki"), pki);
  await syncFolder(path);
  await rm(restoring, { recursive: true });
  await syncFolder(path);
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
