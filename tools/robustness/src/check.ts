import { boundsOf, type TimeBounds } from "./bounds.ts";
import { type Call, type CommitCall, type History, type Seen, sameEntry } from "./history.ts";
import { type Replay, replay } from "./replay.ts";
import type { Violation } from "./violation.ts";
import { checkWatch } from "./watch-check.ts";

/**
 * Checks that a history is one of a store as the contract has it: writes are linearizable and durable, reads and lists are
 * consistent and not stale, watches are ordered, unique, complete, atomic and resumable. Because every commit names its
 * revision, there is one order that could explain the history, and it is enough to check that one.
 */
export function check(history: History): readonly Violation[] {
  const found = replay(history);
  const bounds = boundsOf(history);
  return [
    ...found.violations,
    ...history.calls.flatMap((call) => checkCall(call, found, bounds)),
    ...history.watches.flatMap((watch) => checkWatch(watch, found)),
    ...checkEnd(history, found),
  ];
}

function checkCall(call: Call, found: Replay, bounds: TimeBounds): readonly Violation[] {
  switch (call.kind) {
    case "commit":
      return checkCommit(call, found, bounds);
    case "read":
      return checkRead(call, found, bounds);
    case "revision":
      return inTime(call, call.revision, bounds, "revision");
    case "list": {
      const late = call.asked === undefined ? inTime(call, call.revision, bounds, "list") : [];
      const expected = found.stateAt(call.revision).filter(({ key }) => key.startsWith(call.prefix));
      if (sameEntries(expected, call.entries)) return late;
      const details = `list of "${call.prefix}" at ${call.revision}: ${text(call.entries)} instead of ${text(expected)}`;
      return [...late, { kind: "inconsistent list", details }];
    }
  }
}

function checkCommit(call: CommitCall, found: Replay, bounds: TimeBounds): readonly Violation[] {
  const { outcome } = call;
  if (outcome.type === "unknown" || outcome.type === "refused") return [];
  if (outcome.revision === undefined)
    return outcome.type === "conflict" ? checkUntoldConflict(call, found, bounds) : [];
  const late = inTime(call, outcome.revision, bounds, "commit");
  if (outcome.type === "committed") return late;
  const state = found.stateAt(outcome.revision);
  const current = call.when.map(({ key }) => state.find((entry) => entry.key === key));
  const holds = call.when.every(({ modRevision }, index) => modRevision === (current[index]?.modRevision ?? 0));
  if (holds)
    return [...late, { kind: "needless conflict", details: `${JSON.stringify(call.when)} at ${outcome.revision}` }];
  const agrees = current.every((entry, index) => sameEntry(entry, outcome.current[index]));
  if (agrees) return late;
  const details = `a conflict at ${outcome.revision} shows ${text(outcome.current)} instead of ${text(current)}`;
  return [...late, { kind: "wrong conflict", details }];
}

/** At some moment between its call and its answer a condition did not hold. */
function checkUntoldConflict(call: CommitCall, found: Replay, bounds: TimeBounds): readonly Violation[] {
  const [low, high] = bounds.of(call);
  const failed = call.when.some(({ key, modRevision }) =>
    found
      .versionsOf(key)
      .some(
        ({ revision, until, entry }) => revision <= high && until > low && (entry?.modRevision ?? 0) !== modRevision,
      ),
  );
  if (failed) return [];
  return [{ kind: "needless conflict", details: `${JSON.stringify(call.when)} between ${low} and ${high}` }];
}

/** A read saw what was there at some moment between its call and its answer. */
function checkRead({ key, seen, ...call }: Extract<Call, { kind: "read" }>, found: Replay, bounds: TimeBounds) {
  const [low, high] = bounds.of(call);
  const versions = found.versionsOf(key);
  const fits = versions.some(({ revision, until, entry }) => {
    return sameEntry(entry, seen) && revision <= high && until > low;
  });
  if (fits) return [];
  const wasEver = versions.some(({ entry }) => sameEntry(entry, seen));
  const details = `read of ${key} between ${low} and ${high}: ${text([seen])}`;
  return [{ kind: wasEver ? "stale read" : "read of what never was", details }];
}

function inTime(call: Call, revision: number, bounds: TimeBounds, what: string): readonly Violation[] {
  const [low, high] = bounds.of(call);
  if (revision >= low && revision <= high) return [];
  const kind = revision < low ? `stale ${what}` : `${what} ahead of its time`;
  return [{ kind, details: `${what} at ${revision}, between ${low} and ${high}` }];
}

function checkEnd({ end, calls }: History, found: Replay): readonly Violation[] {
  const violations: Violation[] = [];
  if (end.revision < found.lastRevision)
    violations.push({
      kind: "revision went back",
      details: `${found.lastRevision} was there, the end is ${end.revision}`,
    });
  for (const call of calls) {
    if (call.kind !== "commit" || call.outcome.type !== "committed") continue;
    if (call.outcome.revision === undefined || call.outcome.revision <= end.revision) continue;
    violations.push({ kind: "lost write", details: `${text(call.then)} at ${call.outcome.revision}` });
  }
  const expected = found.stateAt(Number.POSITIVE_INFINITY);
  if (!sameEntries(expected, end.entries))
    violations.push({ kind: "lost write", details: `the end is ${text(end.entries)} instead of ${text(expected)}` });
  return violations;
}

function sameEntries(a: readonly Seen[], b: readonly Seen[]): boolean {
  return a.length === b.length && a.every((entry, index) => sameEntry(entry, b[index]));
}

const text = (value: readonly unknown[]): string => JSON.stringify(value);
