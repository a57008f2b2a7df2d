import { mkdirSync, writeFileSync } from "node:fs";
import { arch, cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";

/** One figure, measured once a round. */
export interface Series {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly number[];
  /** Default: lower, as of times; higher for rates. */
  readonly better?: "lower" | "higher";
  /** The name of the series that this one is compared with, round by round, or of several. */
  readonly against?: string | readonly string[];
}

interface Report {
  readonly scenario: string;
  readonly series: readonly Series[];
  /** What could not be measured, and other remarks. */
  readonly notes: readonly string[];
  /** A run with `--smoke`: nothing is kept of it. */
  readonly smoke?: boolean;
}

/** How far a peer may drift between rounds before the ratio is in doubt. */
const DRIFT = 0.15;

/** Prints a report and keeps it in `results/<scenario>.json`. */
export function publish(report: Report): void {
  const machine = machineLine();
  process.stdout.write(render(report, machine));
  if (report.smoke === true) return;
  const folder = join(import.meta.dirname, "../results");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${report.scenario}.json`), `${JSON.stringify({ ...report, machine }, null, 2)}\n`);
}

/** The report as text. */
export function render({ scenario, series, notes }: Report, machine: string): string {
  const rows = series.map((each) => [each.name, spread(each), ratio(each, series)]);
  const drifting = series.filter(({ name, values }) => isPeer(name, series) && drift(values) > DRIFT);
  const remarks = [
    ...notes,
    ...drifting.map(({ name, values }) => `${name} drifted by ${Math.round(drift(values) * 100)} % between rounds`),
  ];
  const lines = [[scenario, "median (lowest-highest)", "ratio"], ["---", "---", "---"], ...rows];
  return `${lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}\n${remarks.map((text) => `- ${text}\n`).join("")}- ${machine}\n`;
}

function spread({ values, unit }: Series): string {
  const [middle, low, high] = [median(values), Math.min(...values), Math.max(...values)].map(digits);
  return `${middle} ${unit} (${low}-${high})`;
}

/** How many times better than the others: the median of the ratios within each round, because a busy machine slows both. */
function ratio(own: Series, all: readonly Series[]): string {
  const texts = rivalsOf(own).flatMap((name) => {
    const other = all.find((each) => each.name === name)?.values;
    if (other === undefined || other.length === 0) return [];
    return [`${digits(median(own.values.map((value, round) => better(own, value, other[round]))))}× ${name}`];
  });
  return texts.join(", ");
}

function better({ better: direction }: Series, own: number, other: number = Number.NaN): number {
  return direction === "higher" ? own / other : other / own;
}

function rivalsOf({ against }: Series): readonly string[] {
  return typeof against === "string" ? [against] : (against ?? []);
}

function isPeer(name: string, all: readonly Series[]): boolean {
  return all.some((each) => rivalsOf(each).includes(name));
}

function drift(values: readonly number[]): number {
  return values.length < 2 ? 0 : (Math.max(...values) - Math.min(...values)) / median(values);
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function digits(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(3).replace(/\.?0+$/, "");
}

/** What it ran on, and how busy that was. */
function machineLine(): string {
  const all = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = loadavg()[0]?.toFixed(1);
  return `${all.length} × ${all[0]?.model.trim()}, ${memory} GiB, ${arch()}, Node ${process.version}, load ${load}`;
}
