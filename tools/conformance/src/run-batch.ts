import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Behaviour } from "./behaviour.ts";
import { type GinkgoReport, parseGinkgoReport } from "./ginkgo-report.ts";
import { firstLine, type Outcome } from "./outcome.ts";
import { runSpecProcess, type SpecProcessEnd } from "./spec-process.ts";

interface BatchSettings {
  /** Path of `e2e.test`. */
  readonly e2eTest: string;
  readonly kubeconfig: string;
  readonly kubectl: string;
  /** Milliseconds. */
  readonly specTimeout: number;
  /** Milliseconds from the interrupt to the kill. */
  readonly grace: number;
  readonly signal: AbortSignal;
}

/** What became of a batch; specs that are not in `outcomes` have not been run to an end. */
export interface BatchResult {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly output: string;
}

/** Runs some specs in one process, one after the other. Never rejects for what the process does. */
export async function runBatch(batch: readonly Behaviour[], settings: BatchSettings): Promise<BatchResult> {
  const folder = await mkdtemp(join(tmpdir(), "pinnace-conformance-"));
  const report = join(folder, "report.json");
  try {
    const end = await runSpecProcess({
      command: settings.e2eTest,
      args: commandLine(batch, settings, report),
      env: { KUBECONFIG: settings.kubeconfig, HOME: folder },
      names: new Set(batch.map(({ name }) => name)),
      specTimeout: settings.specTimeout,
      grace: settings.grace,
      signal: settings.signal,
    });
    const parsed = parseGinkgoReport(await readFile(report, "utf8").catch(() => ""));
    return { outcomes: judge(batch, end, parsed, settings), output: end.output };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function commandLine(batch: readonly Behaviour[], settings: BatchSettings, report: string): string[] {
  return [
    ...batch.map(({ name }) => `--ginkgo.focus=${quoteMeta(name)}$`),
    "--ginkgo.v",
    "--ginkgo.no-color",
    "--ginkgo.timeout=24h", // each spec has its own limit
    `--ginkgo.json-report=${report}`,
    "--provider=skeleton",
    `--kubeconfig=${settings.kubeconfig}`,
    `--kubectl-path=${settings.kubectl}`,
    "--disable-log-dump",
    "--dump-logs-on-failure=false",
    "--allowed-not-ready-nodes=0",
    "--system-pods-startup-timeout=1m",
    "--node-schedulable-timeout=1m",
  ];
}

/** For Go's regular expressions. */
const quoteMeta = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** Reads the report of a process; what the report does not tell is told by how the process ended. */
function judge(
  batch: readonly Behaviour[],
  end: SpecProcessEnd,
  report: GinkgoReport | undefined,
  { specTimeout, signal }: BatchSettings,
): ReadonlyMap<string, Outcome> {
  const known = new Map([...(report?.outcomes ?? [])].filter(([name]) => batch.some((each) => each.name === name)));
  if (end.timedOut) {
    const why = `timed out after ${specTimeout / 1_000} s`;
    const hanging = end.last === undefined ? batch.map(({ name }) => name) : [end.last];
    for (const name of hanging) known.set(name, { kind: "failed", why });
    return known;
  }
  if (signal.aborted) return known;
  const missing = batch.filter(({ name }) => !known.has(name));
  for (const { name } of missing) {
    if (report?.setupFailure !== undefined) known.set(name, { kind: "failed", why: `suite: ${report.setupFailure}` });
    else if (report === undefined) {
      if (end.last === undefined || end.last === name) known.set(name, { kind: "failed", why: crashText(end) });
    } else if (report.interrupted === name) known.set(name, { kind: "failed", why: "interrupted" });
    else known.set(name, { kind: "not run", why: "the program has no spec of this name" });
  }
  return known;
}

function crashText({ code, output }: SpecProcessEnd): string {
  const panic = output.split("\n").find((line) => /^(panic|fatal error):/.test(line));
  const lastLine = firstLine(output.trimEnd().split("\n").reverse().join("\n"));
  return `e2e.test ended with ${code} and no report: ${panic ?? lastLine}`.slice(0, 300);
}
