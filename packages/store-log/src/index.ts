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
 * commit before it is on the disk. When the log is twice the size of the last checkpoint (at least 128 MiB), the log
 * changes to a new file, a snapshot is written beside the work, and older files are removed. After an opening, history
 * begins at the last checkpoint.
 *
 * When the quota or the disk is full, puts fail with `NO_SPACE`; deletions find room in a reserve of 1 MiB. When the disk
 * does not confirm a write, the store ends with `UNAVAILABLE`, because a second attempt would prove nothing. A write that
 * a crash interrupted is cut off; damage anywhere else is `CORRUPT`, never taken for data.
 *
 * Why a log: durable puts of 2 KiB per second, median of 5 rounds (lowest and highest) and ratio to etcd,
 * `npm run bench -- store-engines`. The others are bare: no revisions, conditions, history or watches.
 *
 * TABLE
 *
 * @packageDocumentation
 */
export type { DurableFile, OpenDurableFile } from "./durable-file.ts";
export type { LogStore } from "./log-store.ts";
export { type LogStoreOptions, openLogStore } from "./open-log-store.ts";
