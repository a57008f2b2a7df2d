import type { Mode } from "./options.ts";
import type { ConformanceRecord, ModeRecord, RecordedBehaviour } from "./record.ts";

const TITLES: Readonly<Record<Mode, string>> = {
  real: "a real node",
  simulated: "simulated nodes",
};

type Named = readonly [name: string, RecordedBehaviour];

/** The record as Markdown: totals, sections by sig and upstream's file, changes, failures, and why something was not run. */
export function renderDocument(record: ConformanceRecord): string {
  const modes = (["real", "simulated"] as const).flatMap((mode) => {
    const each = record[mode];
    return each === undefined ? [] : [{ mode, record: each }];
  });
  return [
    "# Upstream's conformance suite against Pinnace",
    "Written by `npm run conformance`. This is an instrument, not a certificate: passed is what upstream's report calls " +
      "passed, everything else is failed or not run.",
    ...modes.map(heading),
    "## By section",
    sections(modes),
    ...modes.flatMap(({ mode, record: each }) => details(mode, each)),
  ]
    .join("\n\n")
    .concat("\n");
}

function heading({ mode, record }: Column): string {
  const [passed, failed, left] = counts(record, () => true);
  const { version, pinnace, date, command } = record;
  const tally = `On ${TITLES[mode]} ${passed} passed, ${failed} failed, ${left} not run`;
  const facts = `e2e.test ${version}, Pinnace ${pinnace.join(", ") || "unknown"}, ${date}`;
  return `${tally}: ${facts}, by\n\n\`\`\`sh\n${command}\n\`\`\``;
}

interface Column {
  readonly mode: Mode;
  readonly record: ModeRecord;
}

const entries = ({ behaviours }: ModeRecord): readonly Named[] => Object.entries(behaviours);

/** `test/e2e/apimachinery/watch.go` → `apimachinery/watch` */
const area = (file: string): string => file.replace(/^test\/e2e\//, "").replace(/\.go$/, "");

function sections(columns: readonly Column[]): string {
  const all = new Map(columns.flatMap(({ record }) => [...entries(record)]));
  const sigs = [...new Set([...all.values()].map(({ sig }) => sig))].sort();
  const rows = sigs.flatMap((sig) => {
    const files = [...new Set([...all.values()].filter((each) => each.sig === sig).map(({ file }) => file))].sort();
    return [
      [`**${sig}**`, ...columns.flatMap(({ record }) => counts(record, (each) => each.sig === sig))],
      ...files.map((file) => [
        area(file),
        ...columns.flatMap(({ record }) => counts(record, (each) => each.sig === sig && each.file === file)),
      ]),
    ];
  });
  const head = columns.flatMap(({ mode }) => [`${mode}: passed`, "failed", "not run"]);
  const total = ["**all**", ...columns.flatMap(({ record }) => counts(record, () => true))];
  return table(["section", ...head], [...rows, total]);
}

function counts(record: ModeRecord, belongs: (each: RecordedBehaviour) => boolean): string[] {
  const mine = entries(record)
    .map(([, each]) => each)
    .filter(belongs);
  return (["passed", "failed", "not run"] as const).map((kind) =>
    String(mine.filter(({ outcome }) => outcome === kind).length),
  );
}

function details(mode: Mode, record: ModeRecord): string[] {
  const failed = entries(record).filter(([, { outcome }]) => outcome === "failed");
  const left = entries(record).filter(([, { outcome }]) => outcome === "not run");
  const reasons = Map.groupBy(left, ([, { why = "" }]) => why);
  return [
    ...list(`## On ${TITLES[mode]}: newly passing`, record.newlyPassing.map(item)),
    ...list(`## On ${TITLES[mode]}: newly failing`, record.newlyFailing.map(item)),
    ...list(
      `## On ${TITLES[mode]}: failed`,
      failed.map(([name, { why = "" }]) => `${item(name)}: ${code(why)}`),
    ),
    ...list(
      `## On ${TITLES[mode]}: not run`,
      [...reasons].flatMap(([why, named]) => [`- ${why}:`, ...named.map(([name]) => `  ${item(name)}`)]),
    ),
  ];
}

const item = (name: string): string => `- ${name.replace(/\[Conformance\]/, "").trim()}`;
const code = (text: string): string => (text.includes("`") ? text : `\`${text}\``);

const list = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [title, lines.join("\n")];

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
