import { createHash } from "node:crypto";
import { BackupError } from "./backup-error.ts";

/** A file that goes into a backup. */
export interface BackupFile {
  /** Relative, with slashes: `pki/ca.key`. */
  readonly path: string;
  /** Exactly this many bytes come from `read`. */
  readonly size: number;
  read(): AsyncIterable<Uint8Array>;
}

/** What a backup says of a file that it has. */
export interface BackedUpFile {
  readonly path: string;
  readonly size: number;
  /** SHA-256, hexadecimal. */
  readonly sha256: string;
}

/** The list at the end of a backup. */
export interface Contents<About = unknown> {
  readonly files: readonly BackedUpFile[];
  /** What the writer said about it, as JSON. */
  readonly about: About;
}

/** Receives the files of a backup, one after the other. */
export interface FileSink {
  begin(file: { readonly path: string; readonly size: number }): Promise<void>;
  write(bytes: Uint8Array): Promise<void>;
  end(): Promise<void>;
}

const LONGEST_HEAD = 16 << 20;

/** Each file as its head (length u32, JSON) and its bytes; at the end the list of all as a head of its own. */
export async function* pack(files: Iterable<BackupFile>, about: unknown): AsyncGenerator<Uint8Array> {
  const list: BackedUpFile[] = [];
  for (const { path, size, read } of files) {
    yield head({ path, size });
    const hash = createHash("sha256");
    let length = 0;
    for await (const bytes of read()) {
      hash.update(bytes);
      length += bytes.length;
      yield bytes;
    }
    if (length !== size) throw new Error(`${path} has ${length} bytes and not ${size}: it changed while it was read`);
    list.push({ path, size, sha256: hash.digest("hex") });
  }
  yield head({ files: list, about });
}

function head(content: unknown): Buffer {
  const text = Buffer.from(JSON.stringify(content));
  const bytes = Buffer.alloc(4 + text.length);
  bytes.writeUInt32BE(text.length);
  text.copy(bytes, 4);
  return bytes;
}

/** Reverses {@link pack}; throws `DAMAGED` unless what came is what the list at the end says. */
export async function unpack(stream: AsyncIterable<Uint8Array>, sink: FileSink, path: string): Promise<Contents> {
  const reader = new StreamReader(stream);
  const found: BackedUpFile[] = [];
  for (;;) {
    const next = await readHead(reader, path);
    if ("files" in next) {
      if (JSON.stringify(next.files) !== JSON.stringify(found) || !(await reader.atEnd())) throw damaged(path);
      return next;
    }
    await sink.begin(next);
    const hash = createHash("sha256");
    for await (const bytes of reader.take(next.size)) {
      hash.update(bytes);
      await sink.write(bytes);
    }
    if (reader.missing > 0) throw damaged(path);
    await sink.end();
    found.push({ ...next, sha256: hash.digest("hex") });
  }
}

type Head = Contents | { readonly path: string; readonly size: number };

async function readHead(reader: StreamReader, path: string): Promise<Head> {
  const length = (await reader.exactly(4))?.readUInt32BE(0);
  if (length === undefined || length > LONGEST_HEAD) throw damaged(path);
  const text = await reader.exactly(length);
  if (text === undefined) throw damaged(path);
  const content = JSON.parse(text.toString()) as Head;
  if ("path" in content && !isPlain(content.path)) throw damaged(path);
  return content;
}

/** A path that stays below the folder that it is put into. */
function isPlain(path: string): boolean {
  return path.split("/").every((part) => part !== "" && part !== "." && part !== ".." && !part.includes("\\"));
}

function damaged(path: string): BackupError {
  return new BackupError("DAMAGED", `${path} is damaged: its files are not those of its list`);
}

class StreamReader {
  readonly #stream: AsyncIterator<Uint8Array>;
  #pending: Buffer = Buffer.alloc(0);
  /** Bytes that the last {@link take} could not give. */
  missing = 0;

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#stream = stream[Symbol.asyncIterator]();
  }

  async *take(length: number): AsyncGenerator<Buffer> {
    this.missing = length;
    while (this.missing > 0 && (await this.#fill())) {
      const part = this.#pending.subarray(0, this.missing);
      this.#pending = this.#pending.subarray(part.length);
      this.missing -= part.length;
      yield part;
    }
  }

  async exactly(length: number): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    for await (const part of this.take(length)) parts.push(part);
    return this.missing > 0 ? undefined : Buffer.concat(parts);
  }

  async atEnd(): Promise<boolean> {
    return !(await this.#fill());
  }

  async #fill(): Promise<boolean> {
    while (this.#pending.length === 0) {
      const { done, value } = await this.#stream.next();
      if (done === true) return false;
      this.#pending = Buffer.from(value);
    }
    return true;
  }
}
