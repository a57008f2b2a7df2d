import { existsSync } from "node:fs";
import { join } from "node:path";
import { type BackupFile, writeBackup } from "@pinnace/backup";
import { directoryFiles, type StoreSnapshot, snapshotStore } from "@pinnace/store-log";
import { AppError } from "../app-error.ts";
import { VERSION } from "../version.ts";
import { type About, fileOf, loadBackup, PKI, readPki, STORE } from "./cluster-files.ts";

interface BackupRequest {
  readonly file: string;
  readonly dataDir: string;
  readonly overwrite: boolean;
  readonly passphrase: () => Promise<string>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly write: (text: string) => void;
  /** See `BackupOptions.cost`. */
  readonly cost?: number;
}

/**
 * Backs up the cluster of a data directory, also while `pinnace up` runs: all that was acknowledged before is in the
 * backup. It is read again and verified as a restore would before this resolves.
 */
export async function runBackup(request: BackupRequest): Promise<void> {
  const { file, dataDir, write } = request;
  if (existsSync(file) && !request.overwrite)
    throw new AppError("FILE_EXISTS", `${file} exists`, { remedy: "choose another name, or add --overwrite" });
  const [pki, folder] = [await readPki(join(dataDir, "pki")), join(dataDir, "store")];
  if (!pki.has("ca.key") || !existsSync(folder))
    throw new AppError("NOT_A_CLUSTER", `there is no cluster in ${dataDir}`, {
      remedy: "name its folder with --data-dir",
    });
  const passphrase = await request.passphrase();
  const snapshot = await snapshotStore(directoryFiles(folder));
  try {
    const { revision, entries } = snapshot;
    const created = new Date(request.now).toISOString();
    const about: About = { kind: "pinnace cluster", created, version: VERSION, revision, entries };
    const cost = request.cost === undefined ? {} : { cost: request.cost };
    const { size } = await writeBackup(file, backupFiles(pki, snapshot), { passphrase, about, ...cost });
    await loadBackup(file, passphrase);
    write(
      `${file}: ${entries} objects at revision ${revision} and ${pki.size} certificates and keys, ${size} bytes; verified\n`,
    );
    write(
      "Keep the passphrase apart from it: without it nobody reads the backup, with it everybody rules the cluster.\n",
    );
  } finally {
    await snapshot.close();
  }
}

function backupFiles(pki: ReadonlyMap<string, Uint8Array>, snapshot: StoreSnapshot): BackupFile[] {
  const store = snapshot.files.map(({ name, size }) => ({
    path: `${STORE}${name}`,
    size,
    read: () => snapshot.read(name),
  }));
  return [...[...pki].map(([name, bytes]) => fileOf(`${PKI}${name}`, bytes)), ...store];
}
