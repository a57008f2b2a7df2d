import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { messageOf } from "@pinnace/errors";
import type { CaseFile } from "./cases.ts";
import { GoldenError } from "./problem.ts";

/** Cases of one file that differ for the same reason. */
interface Difference {
  readonly reason: string;
  /** Such cases differ in some runs and not in others, for a reason that lies outside of Pinnace. */
  readonly sometimes?: true;
  readonly cases: readonly string[];
}

/** The known differences, by file. */
export type DifferenceList = Readonly<Record<string, readonly Difference[]>>;

export const UNSORTED = "not looked at yet";

/** Reads the list; a missing file is an empty list. Throws `LIST_INVALID`. */
export function readDifferences(path: string): DifferenceList {
  if (!existsSync(path)) return {};
  try {
    return JSON.parse(readFileSync(path, "utf8")) as DifferenceList;
  } catch (cause) {
    throw new GoldenError("LIST_INVALID", `${path}: ${messageOf(cause)}`, { cause });
  }
}

export function writeDifferences(path: string, list: DifferenceList): void {
  writeFileSync(path, `${JSON.stringify(list, null, 2)}\n`);
}

/** How a replay compares with the list; both members name cases as `folder/file/case`. */
export interface Verdict {
  /** Differ and are not listed. */
  readonly unexpected: readonly string[];
  /** Are listed and do not differ. */
  readonly repaired: readonly string[];
}

/** `differing` holds, by file, the cases that differ. Cases that were not replayed are left out of account. */
export function judge(
  list: DifferenceList,
  replayed: readonly CaseFile[],
  differing: ReadonlyMap<string, ReadonlySet<string>>,
): Verdict {
  const unexpected: string[] = [];
  const repaired: string[] = [];
  for (const { id, names } of replayed) {
    const known = casesOf(list[id], () => true);
    const unsteady = casesOf(list[id], ({ sometimes }) => sometimes === true);
    for (const name of names) {
      const differs = differing.get(id)?.has(name) ?? false;
      if (differs && !known.has(name)) unexpected.push(`${id}/${name}`);
      if (!differs && known.has(name) && !unsteady.has(name)) repaired.push(`${id}/${name}`);
    }
  }
  return { unexpected, repaired };
}

function casesOf(
  differences: readonly Difference[] = [],
  counts: (difference: Difference) => boolean,
): ReadonlySet<string> {
  return new Set(differences.filter(counts).flatMap(({ cases }) => cases));
}

/** The list after a replay: reasons stay with their cases, new cases wait under {@link UNSORTED}. */
export function updateDifferences(
  list: DifferenceList,
  replayed: readonly CaseFile[],
  differing: ReadonlyMap<string, ReadonlySet<string>>,
): DifferenceList {
  const { unexpected, repaired } = judge(list, replayed, differing);
  const files = [...new Set([...Object.keys(list), ...replayed.map(({ id }) => id)])].sort();
  const entries = files.map((id) => {
    const gone = namesUnder(id, repaired);
    const kept = (list[id] ?? []).map((each) => ({ ...each, cases: each.cases.filter((name) => !gone.has(name)) }));
    return [id, merge(kept, namesUnder(id, unexpected))] as const;
  });
  return Object.fromEntries(entries.filter(([, differences]) => differences.length > 0));
}

function namesUnder(id: string, cases: readonly string[]): ReadonlySet<string> {
  const prefix = `${id}/`;
  return new Set(cases.filter((each) => each.startsWith(prefix)).map((each) => each.slice(prefix.length)));
}

function merge(kept: readonly Difference[], added: ReadonlySet<string>): readonly Difference[] {
  const waiting = kept.find(({ reason }) => reason === UNSORTED)?.cases ?? [];
  const all = [
    ...kept.filter(({ reason }) => reason !== UNSORTED),
    { reason: UNSORTED, cases: [...new Set([...waiting, ...added])] },
  ];
  return all.filter(({ cases }) => cases.length > 0).map((each) => ({ ...each, cases: [...each.cases].sort() }));
}

/** Of the replayed cases those that are named as `folder/file/case`. */
export function select(replayed: readonly CaseFile[], cases: readonly string[]): readonly CaseFile[] {
  return replayed
    .map((file) => {
      const names = [...namesUnder(file.id, cases)];
      return { ...file, names, whole: file.whole && names.length === file.names.length };
    })
    .filter(({ names }) => names.length > 0);
}
