import type { TimeBounds } from "./bounds.ts";
import type { Call, CommitCall, History } from "./history.ts";
import type { Step } from "./replay.ts";

/** What one call deletes. */
interface Deletion {
  readonly key: string;
  /** Of what is deleted. */
  readonly modRevision: number;
}

/**
 * Where a deletion happened that no watch saw and whose answer, if there was one, does not tell: as soon after all that
 * shows the entry as can be, so before all that shows that it is gone. Undefined for what need not have happened, and for
 * what is no deletion.
 */
export function placeDeletion(
  call: CommitCall,
  steps: readonly Step[],
  history: History,
  bounds: TimeBounds,
): number | undefined {
  const deletion = deletionOf(call);
  if (deletion === undefined) return undefined;
  const next = nextPut(deletion, steps);
  const gone = Math.min(next?.revision ?? Number.POSITIVE_INFINITY, ...absences(deletion, next, history, bounds));
  const isProven = gone < (next?.revision ?? Number.POSITIVE_INFINITY) || createsAnew(next, deletion.key);
  if (call.outcome.type !== "committed" && !isProven) return undefined;
  const [low, high] = bounds.of(call);
  const end = Math.min(gone, high);
  // What contradicts the end is left, for the checks to find.
  const shown = presences(deletion, history, bounds).filter((revision) => revision < end);
  return afterWatches(deletion, Math.max(deletion.modRevision, low, ...shown) + HALF, end, history);
}

/** No commit has a revision that is not whole. */
const HALF = 0.5;

function deletionOf({ then: [write], when: [condition], outcome }: CommitCall): Deletion | undefined {
  if (write?.type !== "delete" || condition === undefined || outcome.type === "refused") return undefined;
  return { key: write.key, modRevision: condition.modRevision };
}

const nextPut = ({ key, modRevision }: Deletion, steps: readonly Step[]): Step | undefined =>
  steps.find(({ revision, writes }) => revision > modRevision && writes.some((write) => write.key === key));

const createsAnew = (step: Step | undefined, key: string): boolean =>
  step?.call?.when.some((condition) => condition.key === key && condition.modRevision === 0) ?? false;

/** Until when the entry was gone at the latest, as answers show: those from after it was written and before the next one. */
function absences(
  { key, modRevision }: Deletion,
  next: Step | undefined,
  { calls, end }: History,
  bounds: TimeBounds,
): readonly number[] {
  const isOfIt = (low: number, high: number): boolean =>
    low >= modRevision && high < (next?.revision ?? Number.POSITIVE_INFINITY);
  const lists = [...calls.filter((call) => call.kind === "list"), { prefix: "", ...end }];
  const revisions = lists
    .filter(
      ({ prefix, entries, revision }) => key.startsWith(prefix) && isOfIt(revision, revision) && lacks(entries, key),
    )
    .map(({ revision }) => revision);
  const reads = calls
    .filter((call) => call.kind === "read" && call.key === key && call.seen === undefined)
    .map((call) => bounds.of(call))
    .filter(([low, high]) => isOfIt(low, high))
    .map(([, high]) => high);
  return [...revisions, ...reads];
}

const lacks = (entries: readonly { readonly key: string }[], key: string): boolean =>
  !entries.some((entry) => entry.key === key);

/** Revisions at which the entry was there, as answers show. */
function presences({ key, modRevision }: Deletion, { calls }: History, bounds: TimeBounds): readonly number[] {
  return calls.flatMap((call: Call) => {
    if (call.kind === "read") return call.seen?.modRevision === modRevision ? [bounds.of(call)[0]] : [];
    if (call.kind !== "list") return [];
    const isThere = call.entries.some((entry) => entry.key === key && entry.modRevision === modRevision);
    return isThere ? [call.revision] : [];
  });
}

/** After all watches that would have shown it, where that is before the end. */
function afterWatches({ key }: Deletion, earliest: number, end: number, { watches }: History): number {
  const spans = watches
    .filter(({ prefix }) => key.startsWith(prefix))
    .map(({ from, events }) => ({ from, to: events.at(-1)?.revision ?? from }))
    .sort((a, b) => a.to - b.to);
  let revision = earliest;
  for (const { from, to } of spans) if (from < revision && revision <= to) revision = to + HALF;
  return revision < end ? revision : earliest;
}
