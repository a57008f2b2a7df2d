import type { CaseFile } from "./cases.ts";
import type { Verdict } from "./differences.ts";
import type { Failure } from "./runner.ts";

/** The lines for one suite: where its cases differ, in the order of the files. */
export function failureLines(failures: readonly Failure[]): readonly string[] {
  const key = ({ file, name }: Failure): string => `${file}/${name}`;
  return [...failures]
    .sort((a, b) => (key(a) < key(b) ? -1 : 1))
    .flatMap((failure) => [`DIFFERS ${key(failure)}`, ...failure.details]);
}

/** `rest/create   41/44`, a line for each file, and the sum. */
export function tallyLines(
  files: readonly CaseFile[],
  differing: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] {
  const width = Math.max(...files.map(({ id }) => id.length));
  let all = 0;
  let alike = 0;
  const lines = files.map(({ id, names }) => {
    const same = names.length - (differing.get(id)?.size ?? 0);
    all += names.length;
    alike += same;
    return `${id.padEnd(width)}  ${same}/${names.length}`;
  });
  return [...lines, `${alike} of ${all} cases alike`];
}

/** What the list of known differences says about this run; nothing when they agree. */
export function verdictLines({ unexpected, repaired }: Verdict): readonly string[] {
  return [
    ...unexpected.map((each) => `not on the list of differences: ${each}`),
    ...repaired.map((each) => `on the list, and does not differ: ${each}`),
  ];
}
