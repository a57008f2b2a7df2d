import { FAILPOINTS } from "@pinnace/store-log";
import type { Means } from "./log-subject.ts";
import type { Habits } from "./traffic.ts";

/** A way in which a store once failed its users, as conditions under which it would show. */
export interface Case {
  readonly name: string;
  /** Where it was found: an issue of etcd-io/etcd; undefined for the mixture of everything. */
  readonly issue?: number;
  /** What must hold all the same. */
  readonly promise: string;
  readonly habits?: Partial<Habits>;
  readonly watchers?: number;
  /** For the embedded store: how it is disturbed. */
  readonly means?: readonly Means[];
  readonly failpoints?: readonly string[];
}

const isOfAppending = (name: string): boolean => /Append$|Truncate$/.test(name);
const APPENDING = FAILPOINTS.filter(isOfAppending);
const COMPACTING = FAILPOINTS.filter((name) => !isOfAppending(name));

export const CASES: readonly Case[] = [
  { name: "everything", promise: "all guarantees hold under all disturbances" },
  {
    name: "lost-write-on-crash",
    issue: 14370,
    promise: "what was acknowledged is there after a crash",
    habits: { put: 8, several: 4, read: 1, list: 1, compact: 0 },
    means: ["kill", "failpoint kill"],
    failpoints: APPENDING,
  },
  {
    name: "watch-back-in-time",
    issue: 15271,
    promise: "a watch never delivers an older revision after a newer one",
    watchers: 12,
    means: ["pause", "failpoint pause"],
  },
  {
    name: "events-lost-on-slow-stream",
    issue: 17529,
    promise: "a watch whose reader is slow misses nothing, or ends",
    habits: { put: 10, several: 6, stall: 0.3, compact: 0 },
    watchers: 12,
  },
  {
    name: "event-dropped-when-compacting-on-delete",
    issue: 18089,
    promise: "a compaction at a deletion takes no event from a watch that comes back",
    habits: { remove: 8, update: 6, compact: 2 },
    watchers: 12,
  },
  {
    name: "missing-delete-at-compaction",
    issue: 19179,
    promise: "a deletion at the revision of a compaction is delivered, or the watch ends",
    habits: { remove: 8, compact: 3, put: 6 },
    means: ["kill", "failpoint kill"],
    failpoints: COMPACTING,
  },
  {
    name: "future-revision",
    issue: 20221,
    promise: "a watch from a revision that is still to come delivers nothing older",
    habits: { future: 1 },
    watchers: 12,
  },
  {
    name: "revision-back-after-compaction",
    issue: 17780,
    promise: "the revision never goes back, also after a crash in a compaction",
    habits: { compact: 3, revision: 6 },
    means: ["failpoint kill"],
    failpoints: COMPACTING,
  },
  {
    name: "stale-read-after-pause",
    issue: 20418,
    promise: "a read after a pause sees what was written before it",
    habits: { read: 12, list: 4, put: 6 },
    means: ["pause", "failpoint pause"],
  },
  {
    name: "progress-ahead-of-events",
    issue: 15220,
    promise: "a watch says that it is up to a revision only after the events up to it",
    habits: { progress: 10, put: 8 },
    watchers: 12,
  },
];

/** What clients of an API do: nobody writes several objects at once, compacts, or asks for progress. */
export const API_HABITS: Partial<Habits> = { several: 0, compact: 0, progress: 0, future: 0 };

/** The ways of {@link CASES} that show by the API. */
export const API_CASES: readonly Case[] = [
  { name: "everything", promise: "all guarantees hold under all disturbances", habits: API_HABITS },
];
