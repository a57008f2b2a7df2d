import { describe, expect, it } from "vitest";
import { check } from "../src/check.ts";
import type { Call, CommitCall, History, Seen, SeenEvent, WatchRecord, Write } from "../src/history.ts";

const entry = (key: string, value: string, modRevision: number, createRevision = modRevision): Seen => ({
  key,
  value,
  createRevision,
  modRevision,
});
const put = (key: string, value: string): Write => ({ type: "put", key, value });
const commit = (
  invoked: number,
  then: readonly Write[],
  revision: number,
  when: CommitCall["when"] = [],
): CommitCall => ({
  kind: "commit",
  when,
  then,
  invoked,
  completed: invoked + 1,
  outcome: { type: "committed", revision },
});
const event = (key: string, value: string | undefined, revision: number, previous?: Seen): SeenEvent => ({
  type: value === undefined ? "delete" : "put",
  key,
  revision,
  ...(value === undefined ? {} : { value }),
  previous,
  at: 100,
});
const watch = (events: readonly SeenEvent[], more: Partial<WatchRecord> = {}): WatchRecord => ({
  prefix: "",
  from: 1,
  events,
  progress: [],
  isOpen: true,
  ...more,
});

// a=1 at 2; a=2 and b=3 at 3; b is deleted at 4.
const A1 = entry("a", "1", 2);
const A2 = entry("a", "2", 3, 2);
const B3 = entry("b", "3", 3);
const COMMITS: readonly Call[] = [
  commit(1, [put("a", "1")], 2, [{ key: "a", modRevision: 0 }]),
  commit(3, [put("a", "2"), put("b", "3")], 3),
  commit(5, [{ type: "delete", key: "b" }], 4, [{ key: "b", modRevision: 3 }]),
];
const EVENTS = [event("a", "1", 2), event("a", "2", 3, A1), event("b", "3", 3), event("b", undefined, 4, B3)];
const good = (more: Partial<History> = {}): History => ({
  calls: COMMITS,
  watches: [watch(EVENTS)],
  end: { revision: 4, entries: [A2] },
  ...more,
});
const read = (invoked: number, completed: number, seen: Seen | undefined, key = "a"): Call => ({
  kind: "read",
  key,
  seen,
  invoked,
  completed,
});
const list = (invoked: number, revision: number, entries: readonly Seen[], asked?: number): Call => ({
  kind: "list",
  prefix: "",
  asked,
  revision,
  entries,
  invoked,
  completed: invoked + 1,
});
const unknown = (then: readonly Write[], when: CommitCall["when"] = []): CommitCall => ({
  kind: "commit",
  when,
  then,
  invoked: 7,
  completed: Number.POSITIVE_INFINITY,
  outcome: { type: "unknown" },
});
const withCalls = (...calls: readonly Call[]): History => good({ calls: [...COMMITS, ...calls] });
const withEnd = (events: readonly SeenEvent[], ...calls: readonly Call[]): History => ({
  calls: [...COMMITS, ...calls],
  watches: [watch(events)],
  end: {
    revision: 9,
    entries: events.some(({ key, revision }) => key === "b" && revision === 7) ? [entry("b", "7", 7)] : [],
  },
});
const withWatch = (events: readonly SeenEvent[], more: Partial<WatchRecord> = {}): History =>
  good({ watches: [watch(EVENTS), watch(events, more)] });

describe("a history is fine", () => {
  it.each<[string, History]>([
    ["as it is", good()],
    ["with a read of what was there", withCalls(read(8, 9, A2))],
    ["with a read during a write, of what was before", withCalls(read(2, 6, A1))],
    ["with a read of nothing", withCalls(read(8, 9, undefined, "b"))],
    ["with a list of the past that was asked for", withCalls(list(8, 3, [A2, B3], 3))],
    [
      "with a conflict that shows what was there",
      withCalls({
        ...commit(8, [put("a", "9")], 0, [{ key: "a", modRevision: 2 }]),
        outcome: { type: "conflict", revision: 4, current: [A2] },
      }),
    ],
    ["with a write without an answer that did not happen", withCalls(unknown([put("a", "9")]))],
    [
      "with one that did",
      {
        ...withCalls(unknown([put("a", "9")])),
        watches: [watch([...EVENTS, event("a", "9", 5, A2)])],
        end: { revision: 5, entries: [entry("a", "9", 5, 2)] },
      },
    ],
    ["with a watch that ended early", withWatch(EVENTS.slice(0, 1), { isOpen: false })],
    ["with a watch of a prefix", withWatch([event("b", "3", 3), event("b", undefined, 4, B3)], { prefix: "b" })],
    [
      "with progress after the events",
      withWatch(EVENTS, {
        progress: [
          { revision: 3, events: 3 },
          { revision: 4, events: 4 },
        ],
      }),
    ],
  ])("%s", (_, history) => {
    expect(check(history)).toEqual([]);
  });
});

/** As an API server answers: deletions without a revision, conflicts without what was there. */
const deletion = (invoked: number, modRevision: number, type: "committed" | "unknown" = "committed"): CommitCall => ({
  kind: "commit",
  when: [{ key: "a", modRevision }],
  then: [{ type: "delete", key: "a" }],
  invoked,
  completed: type === "unknown" ? Number.POSITIVE_INFINITY : invoked + 1,
  outcome: type === "unknown" ? { type } : { type, revision: undefined },
});
const untoldConflict = (invoked: number, modRevision: number): CommitCall => ({
  ...deletion(invoked, modRevision),
  outcome: { type: "conflict", revision: undefined },
});
const ended = { key: "a", value: "2", createRevision: undefined, modRevision: undefined };
/** The watch ended at revision 4; what comes later nobody watched. */
const unwatched = (...calls: readonly Call[]): History => ({
  calls: [...COMMITS, ...calls],
  watches: [watch(EVENTS, { isOpen: false })],
  end: { revision: 9, entries: [] },
});
const A8 = entry("a", "8", 8);

describe("a history of an API server is fine", () => {
  it.each<[string, History]>([
    [
      "with a deletion that a watch saw",
      withEnd([...EVENTS, { ...event("a", undefined, 5), previous: ended }], deletion(8, 3)),
    ],
    [
      "with one of which a client had no answer before another one had",
      withEnd([...EVENTS, { ...event("a", undefined, 5), previous: ended }], deletion(8, 3, "unknown"), deletion(9, 3)),
    ],
    ["with one that nobody saw", unwatched(deletion(8, 3))],
    [
      "with one that nobody saw, and reads before and after",
      unwatched(read(6.5, 7, A2), deletion(8, 3), read(10, 11, undefined)),
    ],
    ["with one without an answer, which happened", unwatched(deletion(8, 3, "unknown"), read(20, 21, undefined))],
    [
      "with one without an answer, which happened before the next creation",
      {
        ...unwatched(deletion(8, 3, "unknown"), commit(20, [put("a", "8")], 8, [{ key: "a", modRevision: 0 }])),
        end: { revision: 9, entries: [A8] },
      },
    ],
    [
      "with one without an answer, which did not happen",
      { ...unwatched(deletion(8, 3, "unknown"), list(20, 7, [A2])), end: { revision: 9, entries: [A2] } },
    ],
    ["with a conflict of which no more is told", withCalls(untoldConflict(8, 2))],
  ])("%s", (_, history) => {
    expect(check(history)).toEqual([]);
  });

  it.each<[string, string, History]>([
    [
      "lost write",
      "a deletion that did not happen",
      { ...unwatched(deletion(8, 3)), end: { revision: 9, entries: [A2] } },
    ],
    ["stale read", "a read of what was deleted", unwatched(deletion(8, 3), list(10, 6, []), read(20, 21, A2))],
    [
      "missing event",
      "a watch that missed a deletion",
      withEnd([...EVENTS, event("b", "7", 7)], deletion(8, 3), commit(20, [put("b", "7")], 7)),
    ],
    [
      "stale read",
      "a read after a later commit",
      unwatched(deletion(8, 3), commit(12, [put("b", "7")], 7), read(20, 21, A2)),
    ],
    ["needless conflict", "a conflict without a reason", withCalls(untoldConflict(8, 3))],
    ["lost write", "an entry that vanished", unwatched(read(20, 21, undefined))],
  ])("but for a %s: %s", (kind, _, history) => {
    expect(check(history).map((violation) => violation.kind)).toContain(kind);
  });
});

describe("a history shows", () => {
  it.each<[string, History]>([
    ["lost write", good({ end: { revision: 4, entries: [A1] } })],
    ["lost write", good({ watches: [], end: { revision: 3, entries: [A2, B3] } })],
    ["revision went back", good({ end: { revision: 3, entries: [A2] } })],
    ["one revision for two commits", withCalls(commit(8, [put("a", "9")], 4))],
    ["lost update", withCalls(commit(8, [put("a", "9")], 5, [{ key: "a", modRevision: 2 }]))],
    ["change of nobody", withWatch([...EVENTS, event("c", "?", 5)])],
    [
      "refused write happened",
      {
        ...withWatch([...EVENTS, event("a", "9", 5, A2)]),
        calls: [...COMMITS, { ...unknown([put("a", "9")]), outcome: { type: "refused" } }],
      },
    ],
    ["stale read", withCalls(read(8, 9, A1))],
    ["stale read", withCalls(read(8, 9, undefined, "a"))],
    ["read of what never was", withCalls(read(8, 9, entry("a", "2", 3, 3)))],
    ["stale list", withCalls(list(8, 3, [A2, B3]))],
    ["inconsistent list", withCalls(list(8, 4, [A2, B3]))],
    ["stale revision", withCalls({ kind: "revision", revision: 3, invoked: 8, completed: 9 })],
    [
      "stale commit",
      withCalls({
        ...commit(8, [put("a", "9")], 0, [{ key: "a", modRevision: 9 }]),
        outcome: { type: "conflict", revision: 2, current: [A1] },
      }),
    ],
    [
      "needless conflict",
      withCalls({
        ...commit(8, [put("a", "9")], 0, [{ key: "a", modRevision: 3 }]),
        outcome: { type: "conflict", revision: 4, current: [A2] },
      }),
    ],
    [
      "wrong conflict",
      withCalls({
        ...commit(8, [put("a", "9")], 0, [{ key: "a", modRevision: 2 }]),
        outcome: { type: "conflict", revision: 4, current: [A1] },
      }),
    ],
    ["watch went back", withWatch([EVENTS[1]!, EVENTS[2]!, EVENTS[0]!, EVENTS[3]!])],
    ["event twice", withWatch([EVENTS[0]!, EVENTS[0]!, ...EVENTS.slice(1)])],
    ["event of the past", withWatch(EVENTS, { from: 2 })],
    ["missing event", withWatch([EVENTS[0]!, EVENTS[3]!])],
    ["missing event", withWatch(EVENTS.slice(0, 3))],
    ["torn commit", withWatch([EVENTS[0]!, EVENTS[1]!, EVENTS[3]!])],
    ["wrong event", withWatch([event("a", "1", 2, B3), ...EVENTS.slice(1)])],
    ["progress ahead of events", withWatch(EVENTS, { progress: [{ revision: 3, events: 1 }] })],
  ])("a %s", (kind, history) => {
    expect(check(history).map((violation) => violation.kind)).toContain(kind);
  });
});
