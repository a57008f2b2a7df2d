import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "@pinnace/errors";
import { StoreError } from "@pinnace/store";
import type { KeyTree } from "@pinnace/store/engine";
import { writeCheckpoint } from "./checkpoint.ts";
import { openDurableFile } from "./durable-file.ts";
import { checkpointName, logName, preamble, syncDirectory } from "./files.ts";
import { type Recovered, recover } from "./recovery.ts";
import { directoryFiles, type StoreFiles } from "./store-files.ts";

/** What the files of a store hold. Every byte that counts was read and its checksum compared. */
export interface StoreInspection {
  readonly revision: number;
  /** The oldest revision that snapshots and watches may begin with. */
  readonly oldest: number;
  readonly entries: number;
  /** Bytes of keys and values. */
  readonly used: number;
  /** The files that matter, in the order in which they are read, and how many bytes of each are good. */
  readonly files: readonly { readonly name: string; readonly size: number }[];
}

const ALL = Number.MAX_SAFE_INTEGER;
/** A store at work may replace files by a checkpoint while somebody reads them. */
const ATTEMPTS = 5;

/**
 * Reads all files of a store and changes nothing, also while another process is at work in the directory: it finds at
 * least what was acknowledged before. Errors: `CORRUPT`, `UNAVAILABLE` (there is no store, or it cannot be read).
 */
export async function inspectStore(files: StoreFiles): Promise<StoreInspection> {
  return inspectionOf(await recoverSteadily(files));
}

async function recoverSteadily(files: StoreFiles): Promise<Recovered> {
  for (let attempt = 1; ; attempt++) {
    const names = await namesOf(files);
    try {
      const recovered = await recover({ ...files, names: async () => names }, ALL);
      if (recovered.checkpoint === undefined && recovered.log.size === 0)
        throw new StoreError("UNAVAILABLE", `${files.path} has no store`);
      return recovered;
    } catch (error) {
      // Files that came and went while they were listed or read say nothing of the store.
      const changed = (await namesOf(files)).join() !== names.join();
      if (!changed || attempt === ATTEMPTS) throw error;
    }
  }
}

async function namesOf(files: StoreFiles): Promise<readonly string[]> {
  try {
    return (await files.names()).filter((name) => /^(log|checkpoint)-[0-9a-f]+$/.test(name)).toSorted();
  } catch (cause) {
    throw new StoreError("UNAVAILABLE", `${files.path} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

function inspectionOf(recovered: Recovered): StoreInspection {
  const { tree, revision, history, used, checkpoint, checkpointSize, closedLogs, log } = recovered;
  const files = [...closedLogs, log].map(({ start, size }) => ({ name: logName(start), size }));
  if (checkpoint !== undefined) files.unshift({ name: checkpointName(checkpoint), size: checkpointSize });
  return { revision, oldest: Math.max(1, history.compacted), entries: tree.size, used, files };
}

/** A consistent copy of a store's files, from {@link snapshotStore}. */
export interface StoreSnapshot extends StoreInspection {
  /** The bytes of a file of `files`, in pieces. */
  read(name: string): AsyncGenerator<Uint8Array>;
  close(): Promise<void>;
}

const PIECE = 1 << 18;

/** {@link inspectStore}, and holds the files open: they can be copied whatever the store does meanwhile. */
export async function snapshotStore(files: StoreFiles): Promise<StoreSnapshot> {
  for (let attempt = 1; ; attempt++) {
    const inspection = await inspectStore(files);
    const opened = await Promise.allSettled(inspection.files.map(({ name }) => files.open(name)));
    const handles = opened.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    const close = async (): Promise<void> => {
      for (const handle of handles) await handle.close();
    };
    if (handles.length === opened.length) {
      const read = (name: string): AsyncGenerator<Uint8Array> => {
        const index = inspection.files.findIndex((file) => file.name === name);
        return pieces(handles[index]!, inspection.files[index]!.size);
      };
      return { ...inspection, read, close };
    }
    await close();
    if (attempt === ATTEMPTS) throw new StoreError("UNAVAILABLE", `the files of ${files.path} could not be read`);
  }
}

async function* pieces(
  file: { read(target: Uint8Array, position: number): Promise<number> },
  size: number,
): AsyncGenerator<Uint8Array> {
  for (let position = 0; position < size; ) {
    const target = new Uint8Array(Math.min(PIECE, size - position));
    const length = await file.read(target, position);
    if (length === 0) throw new StoreError("CORRUPT", "a file became shorter while it was read");
    yield target.subarray(0, length);
    position += length;
  }
}

/**
 * Writes the newest state of a store's files as a new store into `directory`, which has none. History is left behind, and
 * the revision goes on from `bumpRevision` beyond the newest: who has seen revisions that the files do not have finds
 * them compacted and lists again, instead of mistaking new ones for them.
 */
export async function restoreStore(
  files: StoreFiles,
  directory: string,
  { bumpRevision }: { readonly bumpRevision: number },
): Promise<StoreInspection> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const recovered = await recoverSteadily(files);
  const revision = recovered.revision + bumpRevision;
  const deadlines = new Map([...recovered.deadlines].map((deadline) => [deadline.key, deadline]));
  await writeState(directory, recovered.tree, revision, (key, modRevision) => {
    const deadline = deadlines.get(key);
    return deadline?.modRevision === modRevision ? deadline.at : undefined;
  });
  return inspectStore(directoryFiles(directory));
}

async function writeState(
  directory: string,
  tree: KeyTree,
  revision: number,
  deadlineOf: (key: string, modRevision: number) => number | undefined,
): Promise<void> {
  await writeCheckpoint(directory, { tree, revision, compacted: revision, events: [], deadlineOf });
  const log = await openDurableFile(join(directory, logName(revision)), 0);
  await log.append(preamble());
  await log.close();
  await syncDirectory(directory);
}
