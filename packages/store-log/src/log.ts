import { statfs, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "@pinnace/logging";
import { StoreError } from "@pinnace/store";
import { type CheckpointState, writeCheckpoint } from "./checkpoint.ts";
import type { DurableFile, OpenDurableFile } from "./durable-file.ts";
import type { Failpoint } from "./failpoint.ts";
import { logName, preamble, removeBefore, syncDirectory } from "./files.ts";
import type { Recovered } from "./recovery.ts";

interface LogOptions {
  readonly directory: string;
  readonly openFile: OpenDurableFile;
  readonly logger: Logger;
  /** The least bytes of log for which a checkpoint is worth its while. */
  readonly checkpointAfter: number;
  readonly failpoint: Failpoint | undefined;
}

/** What the frame of a checkpoint adds to its entries is far less than this. */
const MARGIN = 64 << 10;

/**
 * The files of a store: one log that grows, and now and then a checkpoint that replaces the logs before it. A checkpoint
 * is written beside the work: the log changes to a new file, the state of that moment is written, and only when that is
 * on the disk are older files removed.
 */
export class Log {
  readonly #options: LogOptions;
  #file: DurableFile;
  #start: number;
  #closedLogSize = 0;
  #checkpointSize: number;
  /** Log bytes from which the next checkpoint is due. */
  #dueAt = 0;
  #checkpointing: Promise<void> | undefined;

  private constructor(options: LogOptions, file: DurableFile, recovered: Recovered) {
    this.#options = options;
    this.#file = file;
    this.#start = recovered.log.start;
    for (const { size } of recovered.closedLogs) this.#closedLogSize += size;
    this.#checkpointSize = recovered.checkpointSize;
    this.#setDue();
  }

  /** Goes on where recovery ended: what a crash left at the end of the log is cut off. */
  static async open(options: LogOptions, recovered: Recovered): Promise<Log> {
    const { failpoint } = options;
    if (failpoint !== undefined) await failpoint("beforeTruncate");
    const file = await openLog(options, recovered.log.start, recovered.log.size);
    if (failpoint !== undefined) await failpoint("afterTruncate");
    return new Log(options, file, recovered);
  }

  /** Where the next frame will be. */
  get position(): number {
    return this.#file.size;
  }

  /** Bytes of all files. */
  get size(): number {
    return this.#checkpointSize + this.#logSize;
  }

  /** True when the logs have grown enough; the log checks it after an append. */
  get checkpointDue(): boolean {
    return this.#logSize >= this.#dueAt && this.#checkpointing === undefined;
  }

  /** See {@link DurableFile.append}. */
  append(frame: Uint8Array): Promise<void> {
    const { failpoint } = this.#options;
    return failpoint === undefined ? this.#file.append(frame) : this.#appendSlowly(frame, failpoint);
  }

  /**
   * Starts a checkpoint; `state` is the one after the last append. Resolves when appends may go on, which is long before
   * it is `written`. Without a caller that waits for it, one that fails is logged and tried again when the log has grown.
   */
  async startCheckpoint(state: CheckpointState): Promise<{ readonly written: Promise<void> }> {
    await this.#checkpointing;
    const written = this.#changeAndWrite(state);
    this.#checkpointing = written.done
      .then(undefined, (error: unknown) => this.#giveUp(error))
      .finally(() => {
        this.#checkpointing = undefined;
      });
    await written.changed;
    return { written: written.done };
  }

  /** True when a checkpoint of a store that has `used` bytes would make room, and finds room to be written. */
  async canReclaim(used: number): Promise<boolean> {
    if (this.size < used + 2 * MARGIN) return false;
    const { bavail, bsize } = await statfs(this.#options.directory);
    return bavail * bsize > used + MARGIN;
  }

  async close(): Promise<void> {
    await this.#checkpointing;
    await this.#file.close();
  }

  /** In two halves, so that something can happen between them. */
  async #appendSlowly(frame: Uint8Array, failpoint: Failpoint): Promise<void> {
    const half = frame.length >> 1;
    await failpoint("beforeAppend");
    await this.#file.append(frame.subarray(0, half));
    try {
      await failpoint("midAppend");
      await this.#file.append(frame.subarray(half));
      await failpoint("afterAppend");
    } catch (cause) {
      throw new StoreError("UNAVAILABLE", "a failpoint interrupted a write to the store's log", { cause });
    }
  }

  get #logSize(): number {
    return this.#closedLogSize + this.#file.size;
  }

  /** `changed` settles when the log is a new one, or is to be kept. */
  #changeAndWrite(state: CheckpointState): { readonly changed: Promise<void>; readonly done: Promise<void> } {
    const change = state.revision > this.#start ? this.#change(state.revision) : Promise.resolve();
    const done = change.then(() => this.#write(state));
    return { changed: change.catch(() => undefined), done };
  }

  async #change(revision: number): Promise<void> {
    const { failpoint } = this.#options;
    if (failpoint !== undefined) await failpoint("beforeLogChange");
    const next = await openLog(this.#options, revision, 0);
    const before = this.#file;
    this.#closedLogSize += before.size;
    this.#file = next;
    this.#start = revision;
    await before.close();
    if (failpoint !== undefined) await failpoint("afterLogChange");
  }

  async #write(state: CheckpointState): Promise<void> {
    const { directory, logger, failpoint } = this.#options;
    this.#checkpointSize = await writeCheckpoint(directory, state, failpoint);
    await removeBefore(directory, state.revision, failpoint);
    this.#closedLogSize = 0;
    this.#setDue();
    logger.debug("wrote a checkpoint", { revision: state.revision, bytes: this.#checkpointSize });
  }

  #giveUp(error: unknown): void {
    this.#options.logger.warn("could not write a checkpoint of the store", { error });
    this.#dueAt = this.#logSize + this.#options.checkpointAfter;
  }

  #setDue(): void {
    // Twice as much log as checkpoint: rewriting then costs at most half of what writing has cost.
    this.#dueAt = Math.max(this.#options.checkpointAfter, 2 * this.#checkpointSize);
  }
}

async function openLog({ openFile, directory }: LogOptions, start: number, size: number): Promise<DurableFile> {
  const path = join(directory, logName(start));
  const file = await openFile(path, size);
  if (size > 0) return file;
  try {
    await file.append(preamble());
    await syncDirectory(directory);
  } catch (error) {
    await file.close();
    await unlink(path).catch(() => undefined);
    throw error;
  }
  return file;
}
