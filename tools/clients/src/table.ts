import type { ClientResult, Results } from "./run-clients.ts";
import { type Outcome, STEPS } from "./steps.ts";

interface TableHeading {
  /** Of the server: `v1.36.3+pinnace.0`. */
  readonly version: string;
  /** ISO 8601 */
  readonly date: string;
}

const firstLine = (text: string): string => text.split("\n").find((line) => line.trim() !== "") ?? "";
const cell = (text: string): string => text.replaceAll("|", "\\|");

/** The results as Markdown: which clients, steps × clients, each client's own steps, and why a cell is not "passed". */
export function renderTable(results: Results, { version, date }: TableHeading): string {
  const { clients, missing } = results;
  const sharing = clients.filter(({ outcomes }) => STEPS.some((step) => outcomes.get(step)?.kind !== "not run"));
  return [
    "# Real clients against Pinnace",
    `Written by \`npm run clients\` on ${date} against ${version}, two simulated nodes.`,
    table(
      ["client", "version"],
      [
        ...clients.map(({ client }) => [client.name, client.version]),
        ...missing.map(({ name, why }) => [name, `not run: ${firstLine(why)}`]),
      ],
    ),
    "## The scenario",
    table(["step", ...sharing.map(({ client }) => client.name)], stepRows(sharing)),
    ...section("## What a client does besides", ownSteps(clients)),
    ...section("## Why not", reasons(clients)),
  ]
    .join("\n\n")
    .concat("\n");
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [title, lines.join("\n")];

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const MARKS: Readonly<Record<Outcome["kind"], string>> = { passed: "passed", failed: "FAILED", "not run": "not run" };

const mark = (outcome: Outcome | undefined): string => (outcome === undefined ? "" : MARKS[outcome.kind]);

function stepRows(clients: readonly ClientResult[]): string[][] {
  return STEPS.map((step) => [step, ...clients.map(({ outcomes }) => mark(outcomes.get(step)))]);
}

function ownSteps(clients: readonly ClientResult[]): string[] {
  const common = new Set<string>(STEPS);
  return clients.flatMap(({ client, outcomes }) => {
    const own = [...outcomes].filter(([step]) => !common.has(step));
    if (own.length === 0) return [];
    return [`- ${client.name}: ${own.map(([step, outcome]) => `${step} (${mark(outcome)})`).join("; ")}`];
  });
}

function reasons(clients: readonly ClientResult[]): string[] {
  return clients.flatMap(({ client: { name }, outcomes }) => {
    const failures: string[] = [];
    const notRun = new Map<string, string[]>();
    for (const [step, outcome] of outcomes) {
      if (outcome.kind === "failed")
        failures.push(`- ${name}, ${step}: FAILED: ${firstLine(outcome.why).slice(0, 200)}`);
      if (outcome.kind === "not run") notRun.set(outcome.why, [...(notRun.get(outcome.why) ?? []), step]);
    }
    const groups = [...notRun].map(([why, steps]) => `- ${name}, not run (${firstLine(why)}): ${steps.join("; ")}`);
    return [...failures, ...groups];
  });
}
