import type { CaseFile } from "./cases.ts";
import type { DifferenceList, Verdict } from "./differences.ts";
import type { Failure } from "./runner.ts";

/** The lines for one suite: where its cases differ, in the order of the files. */
export function failureLines(failures: readonly Failure[]): readonly string[] {
  const key = ({ file, name }: Failure): string => `${file}/${name}`;
  return [...failures]
    .sort((a, b) => (key(a) < key(b) ? -1 : 1))
    .flatMap((failure) => [`DIFFERS ${key(failure)}`, ...failure.details]);
}

interface TableHeading {
  /** Of the server: `Pinnace 0.1.0`. */
  readonly version: string;
  /** ISO 8601 */
  readonly date: string;
  readonly seconds: number;
}

/** The tally by folder and every known difference with its reason, as Markdown. */
export function renderTable(
  files: readonly CaseFile[],
  differing: ReadonlyMap<string, ReadonlySet<string>>,
  list: DifferenceList,
  { version, date, seconds }: TableHeading,
): string {
  const rows = [...Map.groupBy(files, ({ id }) => id.slice(0, id.lastIndexOf("/")))].map(([folder, members]) => {
    const all = members.reduce((sum, { names }) => sum + names.length, 0);
    const different = members.reduce((sum, { id }) => sum + (differing.get(id)?.size ?? 0), 0);
    return [folder, all - different, all] as const;
  });
  const [alike, all] = [1, 2].map((column) => rows.reduce((sum, row) => sum + Number(row[column]), 0));
  const reasons = Object.entries(list).flatMap(([id, differences]) =>
    differences.map(({ reason, sometimes, cases }) => {
      return `- \`${id}\`: ${cases.join(", ")}: ${reason}${sometimes ? " (in some runs)" : ""}`;
    }),
  );
  return [
    "# Recorded answers of a real Kubernetes",
    `Written by \`npm run golden -- --update-list\` on ${date} against ${version}: ${alike} of ${all} cases alike, ${seconds} s.`,
    [
      "| cases | alike | of |",
      "| --- | --- | --- |",
      ...rows.map((row) => `| ${row.join(" | ")} |`),
      `| all | ${alike} | ${all} |`,
    ].join("\n"),
    "Each case is a few requests that were sent to kube-apiserver, kube-controller-manager and kube-scheduler 1.36.3; every answer is compared whole: status, headers, body, events, tables.",
    "## What differs, and why",
    reasons.length === 0 ? "Nothing." : reasons.join("\n"),
  ]
    .join("\n\n")
    .concat("\n");
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
