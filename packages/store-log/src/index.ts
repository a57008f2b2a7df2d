/**
 * A `Store` on this machine's disk: a commit is on the disk when its promise resolves, and survives the end of the
 * process or the machine at any moment. No server, no native module, nothing to install.
 *
 * ```ts
 * import { createRealClock } from "@pinnace/clock";
 * import { TextValue } from "@pinnace/store";
 * import { openLogStore } from "@pinnace/store-log";
 *
 * const store = await openLogStore({ directory: "./data", clock: createRealClock() });
 * await store.commit({ when: [], then: [{ type: "put", key: "/boats/pinnace", value: new TextValue("a small boat") }] });
 * await store.close();
 * ```
 *
 * How it works: the whole content is in memory, in the tree of `@pinnace/store`, which answers reads, lists and watches.
 * A commit changes that tree ahead of the disk and joins a batch; one batch at a time is appended to a log (O_DSYNC on
 * Linux, `fdatasync` elsewhere, in Node's thread pool), and what arrives meanwhile shares the next one. Nobody sees a
 * commit before it is on the disk. When the log is twice the size of the last checkpoint (at least 256 MiB), the log
 * changes to a new file, a snapshot is written beside the work, and older files are removed. A checkpoint
 * keeps the history as well, so a watch or the pages of a list go on after a restart where they were.
 *
 * `inspectStore` verifies every byte of a directory and `snapshotStore` copies it, also while a store is at work in it;
 * `restoreStore` makes a new one of a copy. `failpoint` lets a test stop or kill the process at any step.
 *
 * When the quota or the disk is full, puts fail with `NO_SPACE`; deletions find room in a reserve of 1 MiB. When the disk
 * does not confirm a write, the store ends with `UNAVAILABLE`, because a second attempt would prove nothing. A write that
 * a crash interrupted is cut off; damage anywhere else is `CORRUPT`, never taken for data. What to do:
 *
 * | error | state of the data | recovery |
 * |---|---|---|
 * | `NO_SPACE` | as acknowledged; reads and deletions go on | make room on the disk or raise the quota; puts go on by themselves |
 * | `UNAVAILABLE` of a write | as acknowledged, perhaps with the last batch | look at the disk, open again: the log shows what happened |
 * | `UNAVAILABLE` of an opening | untouched (read-only disk, permissions) | make the directory writable |
 * | `CORRUPT` | untouched | restore from a backup, or use the version that wrote it when the message says so |
 * | `LOCKED` | in use | stop the process that the message names |
 *
 * Why a log: durable puts of 2 KiB per second, median of 5 rounds (lowest and highest) and median ratio to etcd 3.4 in the
 * same round; `npm run bench -- store`, on two cores. The others are bare: no revisions, conditions, history or
 * watches.
 *
 * | engine | 1 writer | 32 writers | 200 writers |
 * |---|---|---|---|
 * | etcd | 1.0k (0.9-1.3) | 3.7k (3.4-4.2) | 5.3k (4.1-5.6) |
 * | store-log | 3.2k (2.6-3.4), 2.9× | 30.1k (29.3-35.9), 8.3× | 45.6k (34.0-56.9), 8.6× |
 * | sqlite | 2.3k (2.0-2.7), 2.0× | 6.8k (6.2-8.2), 1.9× | 11.7k (9.5-20.5), 2.6× |
 * | lmdb | 2.1k (1.8-2.2), 1.8× | 11.4k (10.4-13.5), 3.1× | 15.7k (14.0-18.2), 3.2× |
 * | bare log | 4.1k (3.6-5.0), 4.1× | 55.5k (51.5-61.5), 14.8× | 125.6k (118.5-153.6), 27.6× |
 *
 * @packageDocumentation
 */
export type { DurableFile, OpenDurableFile } from "./durable-file.ts";
export { FAILPOINTS, type Failpoint, type FailpointName } from "./failpoint.ts";
export {
  inspectStore,
  restoreStore,
  type StoreInspection,
  type StoreSnapshot,
  snapshotStore,
} from "./inspection.ts";
export type { LogStore } from "./log-store.ts";
export { type LogStoreOptions, openLogStore } from "./open-log-store.ts";
export { directoryFiles, memoryFiles, type ReadableFile, type StoreFiles } from "./store-files.ts";
