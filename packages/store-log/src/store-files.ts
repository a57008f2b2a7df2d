import { open, readdir } from "node:fs/promises";
import { join } from "node:path";

/** A file of a store, as long as it was when it was opened. */
export interface ReadableFile {
  /** For messages. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Reads from `position` in the file; resolves with the number of bytes, 0 at the end. */
  read(target: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

/** The files of a store, to read them: a directory, or what a backup has of one. */
export interface StoreFiles {
  /** What the files are in, for messages. */
  readonly path: string;
  names(): Promise<readonly string[]>;
  /** Rejects with the code `ENOENT` when the file is not there (any more). */
  open(name: string): Promise<ReadableFile>;
}

/** The files of a directory. A store may be at work in it: what it appends after a file was opened is not read. */
export function directoryFiles(directory: string): StoreFiles {
  return { path: directory, names: () => readdir(directory), open: (name) => openFile(join(directory, name)) };
}

async function openFile(path: string): Promise<ReadableFile> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    return {
      path,
      size,
      read: async (target, position) => {
        const length = Math.min(target.length, size - position);
        return length <= 0 ? 0 : (await handle.read(target, 0, length, position)).bytesRead;
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Files that are in memory, by name. */
export function memoryFiles(path: string, contents: ReadonlyMap<string, Uint8Array>): StoreFiles {
  return {
    path,
    names: async () => [...contents.keys()],
    open: async (name) => {
      const bytes = contents.get(name);
      if (bytes === undefined) throw Object.assign(new Error(`${path} has no ${name}`), { code: "ENOENT" });
      return {
        path: `${path}: ${name}`,
        size: bytes.length,
        read: async (target, position) => {
          const part = bytes.subarray(position, position + target.length);
          target.set(part);
          return part.length;
        },
        close: async () => undefined,
      };
    },
  };
}
