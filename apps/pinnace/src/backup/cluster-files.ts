import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type BackupFile, type Contents, readBackup } from "@pinnace/backup";
import { inspectStore, memoryFiles, type StoreFiles, type StoreInspection } from "@pinnace/store-log";
import { AppError } from "../app-error.ts";

export const PKI = "pki/";
export const STORE = "store/";

/** What a backup of ours says about itself. */
export interface About {
  readonly kind: "pinnace cluster";
  /** RFC 3339. */
  readonly created: string;
  /** The version of Pinnace that wrote it. */
  readonly version: string;
  readonly revision: number;
  readonly entries: number;
}

/** The certificates and keys below a folder by name, such as `ca.key` and `nodes/a-client.crt`. */
export async function readPki(folder: string): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile() || !/\.(crt|key|pub)$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    found.set(path.slice(folder.length + 1), await readFile(path));
  }
  return found;
}

/** A file of a backup whose bytes are at hand. */
export function fileOf(path: string, bytes: Uint8Array): BackupFile {
  return {
    path,
    size: bytes.length,
    async *read() {
      yield bytes;
    },
  };
}

/** What a backup has, every byte of it verified. */
export interface LoadedBackup {
  readonly about: About;
  readonly pki: ReadonlyMap<string, Uint8Array>;
  readonly store: StoreFiles;
  readonly inspection: StoreInspection;
  readonly contents: Contents;
}

/** Reads a backup into memory and verifies it: its bytes, that it is of a cluster, and that its store is whole. */
export async function loadBackup(path: string, passphrase: string): Promise<LoadedBackup> {
  const files = new Map<string, Uint8Array>();
  let current: { path: string; parts: Uint8Array[] } = { path: "", parts: [] };
  const contents = await readBackup(path, passphrase, {
    begin: async (file) => {
      current = { path: file.path, parts: [] };
    },
    write: async (bytes) => {
      current.parts.push(bytes);
    },
    end: async () => {
      files.set(current.path, Buffer.concat(current.parts));
    },
  });
  const about = contents.about as Partial<About> | null;
  if (about?.kind !== "pinnace cluster") throw new AppError("NOT_A_CLUSTER", `${path} is no backup of a cluster`);
  const store = memoryFiles(path, below(files, STORE));
  const inspection = await inspectStore(store);
  if (inspection.revision !== about.revision || inspection.entries !== about.entries)
    throw new AppError("NOT_A_CLUSTER", `${path} does not have the state that it says it has`);
  return { about: about as About, pki: below(files, PKI), store, inspection, contents };
}

function below(files: ReadonlyMap<string, Uint8Array>, folder: string): Map<string, Uint8Array> {
  return new Map(
    [...files].flatMap(([path, bytes]) =>
      path.startsWith(folder) ? [[path.slice(folder.length), bytes] as const] : [],
    ),
  );
}
