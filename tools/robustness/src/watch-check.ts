import { type SeenEvent, sameEntry, type WatchRecord } from "./history.ts";
import type { Change, Replay } from "./replay.ts";
import type { Violation } from "./violation.ts";

/** Whether a watch delivered every change after its start once, in order, whole commits at a time, and nothing else. */
export function checkWatch(watch: WatchRecord, found: Replay): readonly Violation[] {
  const { events, from, prefix } = watch;
  const name = `watch of "${prefix}" from ${from}`;
  const problem = orderProblem(watch) ?? contentProblem(watch, found) ?? progressProblem(watch, found);
  if (problem !== undefined) return [{ kind: problem.kind, details: `${name}: ${problem.details}` }];
  const last = events.at(-1)?.revision ?? from;
  const missed = expected(watch, found).find(([revision]) => revision > last);
  if (!watch.isOpen || missed === undefined) return [];
  return [{ kind: "missing event", details: `${name}: nothing after ${last}, though ${missed[0]} was there` }];
}

function orderProblem({ events, from }: WatchRecord): Violation | undefined {
  let before = from;
  const seen = new Set<string>();
  for (const { revision, key } of events) {
    if (revision <= from) return { kind: "event of the past", details: `${key} at ${revision}` };
    if (revision < before) return { kind: "watch went back", details: `${key} at ${revision} after ${before}` };
    const id = `${revision} ${key}`;
    if (seen.has(id)) return { kind: "event twice", details: `${key} at ${revision}` };
    seen.add(id);
    before = revision;
  }
  return undefined;
}

/** Up to its last event, a watch has all changes; of each commit all or (of the last one) none. */
function contentProblem(watch: WatchRecord, found: Replay): Violation | undefined {
  const groups = Map.groupBy(watch.events, ({ revision }) => revision);
  const last = watch.events.at(-1)?.revision ?? watch.from;
  for (const [revision, changes] of expected(watch, found)) {
    if (revision > last) break;
    const group = groups.get(revision);
    if (group === undefined) return { kind: "missing event", details: `nothing at ${revision}, but at ${last}` };
    if (group.length < changes.length) {
      return { kind: "torn commit", details: `${group.length} of ${changes.length} events at ${revision}` };
    }
    const wrong = group.find((event) => !changes.some((change) => agrees(event, change)));
    if (wrong !== undefined) return { kind: "wrong event", details: JSON.stringify(wrong) };
    groups.delete(revision);
  }
  const [extra] = groups.keys();
  return extra === undefined ? undefined : { kind: "wrong event", details: `nothing happened at ${extra}` };
}

function progressProblem(watch: WatchRecord, found: Replay): Violation | undefined {
  for (const { revision, events } of watch.progress) {
    const delivered = new Set(watch.events.slice(0, events).map((event) => event.revision));
    const ahead = expected(watch, found).find(([at]) => at <= revision && !delivered.has(at));
    if (ahead !== undefined) return { kind: "progress ahead of events", details: `${revision} before ${ahead[0]}` };
  }
  return undefined;
}

function expected({ prefix, from }: WatchRecord, found: Replay): readonly (readonly [number, readonly Change[]])[] {
  return [...found.changes]
    .filter(([revision]) => revision > from)
    .map(([revision, changes]) => [revision, changes.filter(({ key }) => key.startsWith(prefix))] as const)
    .filter(([, changes]) => changes.length > 0);
}

function agrees(event: SeenEvent, change: Change): boolean {
  return (
    event.type === change.type &&
    event.key === change.key &&
    event.value === change.value &&
    sameEntry(event.previous, change.previous)
  );
}
