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
 * Why a log: durable puts of 2 KiB per second, median of 3 rounds (lowest and highest) and median ratio to etcd 3.7 in the
 * same round; `npm run bench -- store`, on two cores. The bare log has no revisions, conditions, history or watches. SQLite
 * and LMDB, bare as well, made a quarter and a third of store-log's puts at 200 writers when all were measured.
 *
 * | engine | 1 writer | 32 writers | 200 writers |
 * |---|---|---|---|
 * | etcd | 1.7k (1.6-1.8) | 7.3k (6.9-7.4) | 10.9k (10.5-11.1) |
 * | store-log | 4.1k (3.9-4.3), 2.5× | 57.5k (55.1-59.4), 8.0× | 95.3k (91.4-100.4), 9.0× |
 * | bare log | 5.4k (5.3-5.6), 3.2× | 83.1k (82.9-83.3), 11.4× | 186.9k (185.2-188.6), 17.0× |
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
