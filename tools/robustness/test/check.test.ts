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
