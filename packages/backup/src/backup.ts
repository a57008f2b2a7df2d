import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, rename, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { type BackupFile, type Contents, type FileSink, pack, unpack } from "./archive.ts";
import { BackupError } from "./backup-error.ts";
import { DEFAULT_COST, HEADER_LENGTH, makeHeader, readHeader } from "./header.ts";
import { seal, unseal } from "./sealed.ts";

export interface BackupOptions {
  readonly passphrase: string;
  /** Kept with the files, as JSON, and encrypted like them. */
  readonly about: unknown;
  /**
   * The logarithm to the base 2 of scrypt's cost: each step doubles time and memory of a guess at the passphrase, 17 takes
   * 128 MiB. Default: 17; at most 20.
   */
  readonly cost?: number;
}

/** What {@link writeBackup} has written. */
export interface WrittenBackup extends Contents {
  /** Bytes of the backup. */
  readonly size: number;
}

const SPEED_BEFORE_SIZE = 1;

/**
 * Writes a backup of these files, readable by its owner alone. It is on the disk, and was read again from there and
 * compared, when it gets its name; a failure leaves no file behind, and one that was there before as it was.
 */
export async function writeBackup(
  path: string,
  files: Iterable<BackupFile>,
  options: BackupOptions,
): Promise<WrittenBackup> {
  const temporary = `${path}.tmp`;
  const handle = await open(temporary, "w", 0o600);
  try {
    const size = await writeTo(handle, files, options).finally(() => handle.close());
    const contents = await readBackup(temporary, options.passphrase, nothing);
    await rename(temporary, path);
    await syncFolder(dirname(path));
    return { ...contents, size };
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

async function writeTo(handle: FileHandle, files: Iterable<BackupFile>, options: BackupOptions): Promise<number> {
  const { bytes, key } = await makeHeader(options.passphrase, options.cost ?? DEFAULT_COST);
  await handle.writeFile(bytes);
  let size = bytes.length;
  await pipeline(
    Readable.from(pack(files, options.about)),
    createGzip({ level: SPEED_BEFORE_SIZE }),
    (packed) => seal(packed, key),
    async (sealed: AsyncIterable<Buffer>) => {
      for await (const chunk of sealed) {
        await handle.writeFile(chunk);
        size += chunk.length;
      }
    },
  );
  await handle.sync();
  return size;
}

/**
 * Reads a whole backup, checks every byte of it, and hands its files to `sink`, which must not rely on them before the
 * end. Errors: {@link BackupError}.
 */
export async function readBackup(path: string, passphrase: string, sink: FileSink): Promise<Contents> {
  const handle = await open(path, "r");
  try {
    const start = Buffer.alloc(HEADER_LENGTH);
    const { bytesRead } = await handle.read(start, 0, HEADER_LENGTH, 0);
    const { key } = await readHeader(start.subarray(0, bytesRead), passphrase, path);
    let contents: Contents | undefined;
    await pipeline(
      createReadStream(path, { start: HEADER_LENGTH, highWaterMark: 1 << 20 }),
      (sealed) => unseal(sealed, key, path),
      createGunzip(),
      async (packed: AsyncIterable<Buffer>) => {
        contents = await unpack(packed, sink, path);
      },
    );
    if (contents === undefined) throw new BackupError("DAMAGED", `${path} is damaged: it has no list of its files`);
    return contents;
  } finally {
    await handle.close();
  }
}

/** A sink for those who only want to know whether a backup is good. */
const nothing: FileSink = {
  begin: async () => undefined,
  write: async () => undefined,
  end: async () => undefined,
};

/** Reads a whole backup and checks every byte of it. Errors: {@link BackupError}. */
export function verifyBackup(path: string, passphrase: string): Promise<Contents> {
  return readBackup(path, passphrase, nothing);
}

/** A sink that writes the files below a folder, readable by their owner alone and on the disk when it resolves. */
export function folderSink(folder: string): FileSink {
  let handle: FileHandle | undefined;
  return {
    begin: async ({ path }) => {
      await mkdir(dirname(join(folder, path)), { recursive: true, mode: 0o700 });
      handle = await open(join(folder, path), "wx", 0o600);
    },
    write: async (bytes) => {
      await handle?.writeFile(bytes);
    },
    end: async () => {
      await handle?.sync();
      await handle?.close();
      handle = undefined;
    },
  };
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
