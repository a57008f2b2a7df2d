import type { Call, History } from "./history.ts";

/** Between which revisions a call must have happened, by what was answered before it and asked after it. */
export interface TimeBounds {
  /** The lowest and the highest revision at which the call can have happened. */
  of(call: Pick<Call, "invoked" | "completed">): readonly [number, number];
}

/** A revision that is known to have been reached (or not to have been passed) at a time. */
interface Mark {
  readonly time: number;
  readonly revision: number;
}

export function boundsOf({ calls, watches }: History): TimeBounds {
  const reached: Mark[] = watches.flatMap(({ events }) => events.map(({ at, revision }) => ({ time: at, revision })));
  const notPassed: Mark[] = [];
  for (const call of calls) {
    const low = lowestOf(call);
    const high = highestOf(call);
    if (low !== undefined && call.completed !== Number.POSITIVE_INFINITY)
      reached.push({ time: call.completed, revision: low });
    if (high !== undefined) notPassed.push({ time: call.invoked, revision: high });
  }
  const floors = runningMaximum(reached.sort((a, b) => a.time - b.time));
  const ceilings = runningMinimum(notPassed.sort((a, b) => a.time - b.time));
  return {
    of: ({ invoked, completed }) => [lastBefore(floors, invoked), firstAfter(ceilings, completed)],
  };
}

/** A revision that had been reached when the call was answered. */
function lowestOf(call: Call): number | undefined {
  switch (call.kind) {
    case "commit":
      return "revision" in call.outcome ? call.outcome.revision : undefined; // of some answers it is not told
    case "read":
      return call.seen?.modRevision;
    case "list":
    case "revision":
      return call.revision;
  }
}

/** A revision that had not been passed when the call was made: what was answered earlier cannot be later than it. */
function highestOf(call: Call): number | undefined {
  switch (call.kind) {
    case "commit":
      return call.outcome.type === "committed" || call.outcome.type === "conflict" ? call.outcome.revision : undefined;
    case "list":
      return call.asked === undefined ? call.revision : undefined;
    case "revision":
      return call.revision;
    case "read":
      return undefined;
  }
}

function runningMaximum(marks: readonly Mark[]): readonly Mark[] {
  let revision = 0;
  return marks.map((mark) => {
    revision = Math.max(revision, mark.revision);
    return { time: mark.time, revision };
  });
}

function runningMinimum(marks: readonly Mark[]): readonly Mark[] {
  let revision = Number.POSITIVE_INFINITY;
  return marks
    .toReversed()
    .map((mark) => {
      revision = Math.min(revision, mark.revision);
      return { time: mark.time, revision };
    })
    .reverse();
}

function lastBefore(marks: readonly Mark[], time: number): number {
  return marks[positionOf(marks, time) - 1]?.revision ?? 0;
}

function firstAfter(marks: readonly Mark[], time: number): number {
  const position = positionOf(marks, time);
  const mark = marks[position]?.time === time ? marks[position + 1] : marks[position];
  return mark?.revision ?? Number.POSITIVE_INFINITY;
}

/** How many marks are before a time. */
function positionOf(marks: readonly Mark[], time: number): number {
  let [low, high] = [0, marks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((marks[middle]?.time ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
