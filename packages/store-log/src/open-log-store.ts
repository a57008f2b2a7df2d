import { mkdir } from "node:fs/promises";
import type { Clock } from "@pinnace/clock";
import { messageOf } from "@pinnace/errors";
import { type Logger, silentLogger } from "@pinnace/logging";
import type { MetricRegistry } from "@pinnace/metrics";
import { StoreError } from "@pinnace/store";
import { type DirectoryLock, lockDirectory } from "./directory-lock.ts";
import { type OpenDurableFile, openDurableFile } from "./durable-file.ts";
import type { Failpoint } from "./failpoint.ts";
import { Log } from "./log.ts";
import { type LogStore, TreeLogStore } from "./log-store.ts";
import { StoreMeter } from "./meter.ts";
import { recover, removeLeftovers } from "./recovery.ts";
import { Reserve } from "./reserve.ts";
import { SpaceGuard } from "./space-guard.ts";
import { directoryFiles } from "./store-files.ts";

export interface LogStoreOptions {
  /** Where the files are; created when missing, readable only by its owner. One store at a time uses it. */
  readonly directory: string;
  readonly clock: Clock;
  /** Default: silent. */
  readonly logger?: Logger;
  readonly metrics?: MetricRegistry;
  /** How many events are kept for watches and snapshots of the past. Default: 10,000. */
  readonly historyLimit?: number;
  /**
   * Milliseconds between compactions: changes are kept for watches and snapshots of the past for one to two of them, but no
   * more than `historyLimit`. 0: never. Default: 300,000, as kube-apiserver has it.
   */
  readonly compactionInterval?: number;
  /** The most bytes of keys and values; puts beyond it fail with `NO_SPACE`. Default: 8 GiB. */
  readonly quota?: number;
  /** Bytes of log after which a checkpoint is written, or twice its size when that is more. Default: 256 MiB. */
  readonly checkpointAfter?: number;
  /** How log files are opened; for tests of what happens when a disk fails. */
  readonly openFile?: OpenDurableFile;
  /** For tests of what happens when the process ends or stands still at a certain point. */
  readonly failpoint?: Failpoint;
}

const DEFAULT_HISTORY_LIMIT = 10_000;
const DEFAULT_COMPACTION_INTERVAL = 300_000;
const DEFAULT_QUOTA = 8 * 2 ** 30;
const DEFAULT_CHECKPOINT_AFTER = 256 << 20;

/**
 * Opens the store of a directory, an empty one when there is none, and reads it into memory.
 *
 * Errors: `LOCKED` (another process has it; the message names it), `CORRUPT` (damage, or a later format),
 * `UNAVAILABLE` (the directory cannot be used), `NO_SPACE`.
 */
export async function openLogStore(options: LogStoreOptions): Promise<LogStore> {
  const { directory } = options;
  let lock: DirectoryLock | undefined;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    lock = await lockDirectory(directory);
    return await openLocked(options, lock);
  } catch (error) {
    lock?.release();
    if (error instanceof StoreError) throw error;
    throw new StoreError("UNAVAILABLE", `${directory} cannot be opened: ${messageOf(error)}`, { cause: error });
  }
}

async function openLocked(options: LogStoreOptions, lock: DirectoryLock): Promise<LogStore> {
  const { directory, clock, quota = DEFAULT_QUOTA } = options;
  const logger = (options.logger ?? silentLogger).child({ component: "store" });
  const recovered = await recover(directoryFiles(directory), options.historyLimit ?? DEFAULT_HISTORY_LIMIT);
  await removeLeftovers(directory, recovered);
  const { openFile = openDurableFile, checkpointAfter = DEFAULT_CHECKPOINT_AFTER, failpoint } = options;
  const log = await Log.open({ directory, openFile, logger, checkpointAfter, failpoint }, recovered);
  return new TreeLogStore({
    clock,
    logger,
    lock,
    log,
    failpoint,
    space: new SpaceGuard(clock, new Reserve(directory), quota),
    meter: new StoreMeter(clock, options.metrics),
    recovered,
    compactionInterval: options.compactionInterval ?? DEFAULT_COMPACTION_INTERVAL,
  });
}
