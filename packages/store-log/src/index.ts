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
 * Why a log: durable puts of 2 KiB per second, median of 5 rounds (lowest and highest) and median ratio to etcd 3.4 in the
 * same round; `npm run bench -- store-engines`. The others are bare: no revisions, conditions, history or watches. Two
 * cores with much other work on them (load 5); while they were free, etcd made 5.8k and this store 84k puts with 200
 * writers, SQLite 32k and LMDB 53k.
 *
 * | engine | 1 writer | 32 writers | 200 writers |
 * |---|---|---|---|
 * | etcd | 0.8k (0.7-1.0) | 3.0k (1.7-4.3) | 4.4k (3.5-5.4) |
 * | store-log | 1.5k (0.6-3.0), 2.1× | 30.3k (12.6-38.4), 8.9× | 31.0k (22.2-69.4), 8.9× |
 * | sqlite | 1.6k (0.4-3.3), 2.3× | 6.8k (3.3-10.9), 2.3× | 8.3k (5.5-15.3), 2.1× |
 * | lmdb | 0.2k (0.2-1.8), 0.3× | 3.4k (2.5-11.3), 1.6× | 11.3k (8.2-16.5), 2.9× |
 * | bare log | 0.6k (0.3-3.4), 0.6× | 11.2k (9.3-59.2), 6.2× | 54.6k (28.5-138.6), 12.5× |
 *
 * @packageDocumentation
 */
export type { DurableFile, OpenDurableFile } from "./durable-file.ts";
export type { LogStore } from "./log-store.ts";
export { type LogStoreOptions, openLogStore } from "./open-log-store.ts";
