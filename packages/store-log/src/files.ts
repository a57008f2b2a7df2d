import { open, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { StoreError } from "@pinnace/store";
import type { Failpoint } from "./failpoint.ts";

/**
 * The version of what is written. Earlier ones are read, and replaced by the next checkpoint; later ones are refused.
 * Version 1 had checkpoints without history.
 */
const FORMAT_VERSION = 2;
const FIRST_VERSION = 1;
const SIGNATURE = "PINNACESTORE";

/** What every file begins with: signature and format version u32. */
export const PREAMBLE_LENGTH = 16;

export function preamble(): Uint8Array {
  const bytes = Buffer.alloc(PREAMBLE_LENGTH);
  bytes.write(SIGNATURE, "latin1");
  bytes.writeUInt32LE(FORMAT_VERSION, SIGNATURE.length);
  return bytes;
}

/** Throws `CORRUPT` unless `bytes` begin a file that this version reads. */
export function requirePreamble(bytes: Buffer, path: string): void {
  if (bytes.length < PREAMBLE_LENGTH || bytes.toString("latin1", 0, SIGNATURE.length) !== SIGNATURE)
    throw new StoreError("CORRUPT", `${path} is not a file of a store`, { remedy: RESTORE });
  const version = bytes.readUInt32LE(SIGNATURE.length);
  if (version >= FIRST_VERSION && version <= FORMAT_VERSION) return;
  throw new StoreError("CORRUPT", `${path} has format version ${version}, this program reads up to ${FORMAT_VERSION}`, {
    remedy: "Use the version of Pinnace that wrote it.",
  });
}

/** The remedy for damage. */
export const RESTORE = "Restore the directory from a backup.";

/** The name of the log whose commits follow `revision`. */
export function logName(revision: number): string {
  return `log-${paddedHex(revision)}`;
}

/** The name of the file that has all entries of `revision`. */
export function checkpointName(revision: number): string {
  return `checkpoint-${paddedHex(revision)}`;
}

function paddedHex(revision: number): string {
  return revision.toString(16).padStart(14, "0");
}

/** The revisions in the names of a store's files, ascending. */
interface FileRevisions {
  readonly logs: readonly number[];
  readonly checkpoints: readonly number[];
}

export function revisionsIn(names: readonly string[]): FileRevisions {
  const revisionsOf = (kind: string): number[] =>
    names
      .flatMap((name) => new RegExp(`^${kind}-([0-9a-f]{14})$`).exec(name)?.[1] ?? [])
      .map((digits) => Number.parseInt(digits, 16))
      .toSorted((a, b) => a - b);
  return { logs: revisionsOf("log"), checkpoints: revisionsOf("checkpoint") };
}

/** Removes what a crash left unfinished. */
export async function removeUnfinished(directory: string): Promise<void> {
  const names = await readdir(directory);
  await Promise.all(names.filter((name) => name.endsWith(".tmp")).map((name) => unlink(join(directory, name))));
}

/** Makes the names in a directory durable: files that were created, renamed or removed. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes the files that a checkpoint at `revision` makes superfluous. */
export async function removeBefore(directory: string, revision: number, failpoint?: Failpoint): Promise<void> {
  if (failpoint !== undefined) await failpoint("beforeRemoval");
  const { logs, checkpoints } = revisionsIn(await readdir(directory));
  for (const log of logs) if (log < revision) await unlink(join(directory, logName(log)));
  if (failpoint !== undefined) await failpoint("midRemoval");
  for (const checkpoint of checkpoints)
    if (checkpoint < revision) await unlink(join(directory, checkpointName(checkpoint)));
  if (failpoint !== undefined) await failpoint("afterRemoval");
}
