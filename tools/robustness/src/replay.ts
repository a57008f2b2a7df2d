import { boundsOf } from "./bounds.ts";
import type { Call, CommitCall, History, Seen, SeenEvent, Write } from "./history.ts";
import { placeDeletion } from "./unseen-deletions.ts";
import type { Violation } from "./violation.ts";

/** What a key held from a revision until before another. */
interface Version {
  readonly revision: number;
  readonly until: number;
  readonly entry: Seen | undefined;
}

/** A change as it must have been. */
export interface Change {
  readonly type: "put" | "delete";
  readonly key: string;
  readonly value: string | undefined;
  readonly previous: Seen | undefined;
}

/** The one order of commits that the history tells. */
export interface Replay {
  readonly violations: readonly Violation[];
  readonly lastRevision: number;
  /** Changes by revision, in ascending order. */
  readonly changes: ReadonlyMap<number, readonly Change[]>;
  stateAt(revision: number): readonly Seen[];
  versionsOf(key: string): readonly Version[];
}

export interface Step {
  /** Not whole for a deletion of which it is only known after what it was. */
  readonly revision: number;
  readonly writes: readonly Write[];
  /** Undefined: nobody is known to have made it. */
  readonly call: CommitCall | undefined;
}

export function replay(history: History): Replay {
  const violations: Violation[] = [];
  const state = new Map<string, Seen>();
  const versions = new Map<string, { revision: number; entry: Seen | undefined }[]>();
  const changes = new Map<number, readonly Change[]>();
  for (const { revision, writes, call } of stepsOf(history, violations)) {
    if (call !== undefined) checkConditions(call, revision, state, violations);
    const made = writes.flatMap((write) => apply(write, revision, state, versions));
    if (made.length > 0) changes.set(revision, made);
  }
  return {
    violations,
    changes,
    lastRevision: Math.max(0, ...changes.keys()),
    versionsOf: (key) => {
      const known = versions.get(key) ?? [];
      return [{ revision: 0, entry: undefined }, ...known].map((version, index) => ({
        ...version,
        until: known[index]?.revision ?? Number.POSITIVE_INFINITY,
      }));
    },
    stateAt: (revision) =>
      [...versions.values()]
        .map((known) => known.findLast((version) => version.revision <= revision)?.entry)
        .filter((entry) => entry !== undefined)
        .sort((a, b) => (a.key < b.key ? -1 : 1)),
  };
}

function apply(
  write: Write,
  revision: number,
  state: Map<string, Seen>,
  versions: Map<string, { revision: number; entry: Seen | undefined }[]>,
): readonly Change[] {
  const previous = state.get(write.key);
  if (write.type === "delete" && previous === undefined) return [];
  const entry: Seen | undefined =
    write.type === "delete"
      ? undefined
      : {
          key: write.key,
          value: write.value,
          createRevision: previous?.createRevision ?? revision,
          modRevision: revision,
        };
  if (entry === undefined) state.delete(write.key);
  else state.set(write.key, entry);
  const known = versions.get(write.key) ?? [];
  known.push({ revision, entry });
  versions.set(write.key, known);
  return [{ type: write.type, key: write.key, value: entry?.value, previous }];
}

function checkConditions(
  { when }: CommitCall,
  revision: number,
  state: ReadonlyMap<string, Seen>,
  violations: Violation[],
): void {
  for (const { key, modRevision } of when) {
    const actual = state.get(key)?.modRevision ?? 0;
    if (actual === modRevision) continue;
    const details = `the commit at ${revision} found ${key} at ${actual}, and wanted ${modRevision}`;
    violations.push({ kind: "lost update", details });
  }
}

/** What happened at which revision: acknowledged commits, and of the others those whose changes somebody saw. */
function stepsOf({ calls, watches, end }: History, violations: Violation[]): readonly Step[] {
  const steps = new Map<number, Step>();
  const commits = calls.filter((call) => call.kind === "commit");
  for (const call of commits) {
    if (call.outcome.type !== "committed" || call.outcome.revision === undefined) continue;
    const { revision } = call.outcome;
    const other = steps.get(revision);
    if (other !== undefined) {
      const details = `${JSON.stringify(other.writes)} and ${JSON.stringify(call.then)} at ${revision}`;
      violations.push({ kind: "one revision for two commits", details });
    }
    steps.set(revision, { revision, writes: call.then, call });
  }
  const doubtful = new Doubtful(commits);
  for (const [revision, writes] of seenWrites({ calls, watches, end })) {
    if (steps.has(revision)) continue;
    const call = doubtful.take(writes);
    if (call === undefined)
      violations.push({ kind: "change of nobody", details: `${JSON.stringify(writes)} at ${revision}` });
    else if (call.outcome.type === "refused")
      violations.push({ kind: "refused write happened", details: `${JSON.stringify(call.then)} at ${revision}` });
    steps.set(revision, { revision, writes: call?.then ?? writes, call });
  }
  const known = [...steps.values()].sort((a, b) => a.revision - b.revision);
  const bounds = boundsOf({ calls, watches, end });
  for (const call of doubtful.left) {
    const revision = placeDeletion(call, known, { calls, watches, end }, bounds);
    if (revision !== undefined) steps.set(revision, { revision, writes: call.then, call });
  }
  return [...steps.values()].sort((a, b) => a.revision - b.revision);
}

/** A change that somebody saw, with the modification revision of what a deletion ended. */
type SeenWrite = Extract<Write, { type: "put" }> | (Extract<Write, { type: "delete" }> & { readonly ended: number });

/** All that was seen of changes, by revision. */
function seenWrites({ calls, watches, end }: History): ReadonlyMap<number, readonly SeenWrite[]> {
  const seen = new Map<number, Map<string, SeenWrite>>();
  const add = (revision: number, write: SeenWrite): void => {
    const writes = seen.get(revision) ?? new Map<string, SeenWrite>();
    seen.set(revision, writes.set(write.key, write));
  };
  for (const { key, value, modRevision } of [...end.entries, ...calls.flatMap(entriesOf)])
    add(modRevision, { type: "put", key, value });
  const revisions = new Map<string, number>();
  for (const { type, value, revision } of watches.flatMap(({ events }) => events))
    if (type === "put") revisions.set(value ?? "", revision);
  for (const [revision, writes] of seen)
    for (const write of writes.values()) if (write.type === "put") revisions.set(write.value, revision);
  for (const { then, revision } of calls.flatMap(putsOf)) for (const { value } of then) revisions.set(value, revision);
  for (const { events } of watches) for (const event of events) add(event.revision, writeOf(event, revisions));
  return new Map([...seen].map(([revision, writes]) => [revision, [...writes.values()]]));
}

/** The entries that an answer shows. */
function entriesOf(call: Call): readonly Seen[] {
  if (call.kind === "list") return call.entries;
  if (call.kind === "read") return call.seen === undefined ? [] : [call.seen];
  if (call.kind !== "commit" || call.outcome.type !== "conflict") return [];
  return (call.outcome.current ?? []).filter((entry) => entry !== undefined);
}

/** The puts of a call that was acknowledged, with their revision. */
function putsOf(call: Call) {
  if (call.kind !== "commit" || call.outcome.type !== "committed" || call.outcome.revision === undefined) return [];
  return [{ then: call.then.filter((write) => write.type === "put"), revision: call.outcome.revision }];
}

/** `revisions` are those of values, for events that tell of what they ended only its value. */
const writeOf = ({ type, key, value = "", previous }: SeenEvent, revisions: ReadonlyMap<string, number>): SeenWrite =>
  type === "put"
    ? { type, key, value }
    : { type, key, ended: previous?.modRevision ?? revisions.get(previous?.value ?? "") ?? 0 };

/** Commits without a known outcome or revision; each explains one revision at most. */
class Doubtful {
  readonly #calls: Set<CommitCall>;

  constructor(commits: readonly CommitCall[]) {
    this.#calls = new Set(
      commits.filter(({ outcome }) =>
        outcome.type === "committed" ? outcome.revision === undefined : outcome.type !== "conflict",
      ),
    );
  }

  /** Those that explain nothing. */
  get left(): ReadonlySet<CommitCall> {
    return this.#calls;
  }

  /**
   * A commit that made the writes: told by its values, or by what it deletes on which condition. One that made just these
   * goes before one that made more, and one that was acknowledged before one that was not.
   */
  take(writes: readonly SeenWrite[]): CommitCall | undefined {
    const able = [...this.#calls].filter((call) => writes.every((write) => madeBy(write, call)));
    const exact = able.filter(({ then }) => then.length === writes.length);
    const call = exact.find(({ outcome }) => outcome.type === "committed") ?? exact[0] ?? able[0];
    if (call !== undefined) this.#calls.delete(call);
    return call;
  }
}

function madeBy(seen: SeenWrite, { when, then }: CommitCall): boolean {
  const write = then.find(({ key }) => key === seen.key);
  if (seen.type === "put") return write?.type === "put" && write.value === seen.value;
  const condition = when.find(({ key }) => key === seen.key);
  return write?.type === "delete" && (condition === undefined || condition.modRevision === seen.ended);
}
