/**
 * Where a harness may stop, kill or delay the process of a store:
 *
 * - `beforeAppend`, `midAppend`, `afterAppend`: of a batch of commits. After `midAppend` half of the batch is in the file
 *   and not the rest; after `afterAppend` it is on the disk and nobody has been told.
 * - `beforeCompaction`, `afterCompaction`: a compaction is on the disk; history is about to be, or was, forgotten.
 * - `beforeLogChange`, `afterLogChange`: the log is about to go on, or goes on, in a new file.
 * - `beforeCheckpoint`, `midCheckpoint`, `beforeCheckpointSync`, `beforeCheckpointRename`, `afterCheckpointRename`: a
 *   checkpoint is written beside the work; it counts from its renaming on.
 * - `beforeRemoval`, `midRemoval`, `afterRemoval`: of the files that a checkpoint replaces.
 * - `beforeTruncate`, `afterTruncate`: the opening cuts off what a crash left at the end of the log.
 */
export const FAILPOINTS = [
  "beforeAppend",
  "midAppend",
  "afterAppend",
  "beforeCompaction",
  "afterCompaction",
  "beforeLogChange",
  "afterLogChange",
  "beforeCheckpoint",
  "midCheckpoint",
  "beforeCheckpointSync",
  "beforeCheckpointRename",
  "afterCheckpointRename",
  "beforeRemoval",
  "midRemoval",
  "afterRemoval",
  "beforeTruncate",
  "afterTruncate",
] as const;

/** One of {@link FAILPOINTS}. */
export type FailpointName = (typeof FAILPOINTS)[number];

/**
 * Called whenever the store comes to a failpoint, which waits for it. One that throws makes the step fail as the disk
 * might: `beforeAppend` refuses the batch (with `NO_SPACE` for an error of the code ENOSPC), `midAppend` and `afterAppend`
 * leave its outcome unknown, a checkpoint is tried again later. Only for tests: without it a failpoint costs nothing.
 */
export type Failpoint = (name: FailpointName) => Promise<void> | void;
