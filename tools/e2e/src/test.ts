/**
 * What `npm test` does: the unit and compliance tests, then the acceptance run, as far as this machine can. Ends with
 * what was not run and why, and `N passed, N failed`.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runAcceptance } from "./acceptance.ts";
import { createReport } from "./report.ts";

interface VitestResult {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numFailedTestSuites: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

async function runVitest(filters: readonly string[]): Promise<VitestResult> {
  const folder = mkdtempSync(join(tmpdir(), "pinnace-test-"));
  const output = join(folder, "result.json");
  const args = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${output}`, ...filters];
  await new Promise((resolve) => spawn("vitest", args, { stdio: "inherit" }).on("close", resolve));
  try {
    return JSON.parse(readFileSync(output, "utf8")) as VitestResult;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const filters = process.argv.slice(2);
const unit = await runVitest(filters);
const skipped = unit.testResults
  .flatMap((file) => file.assertionResults)
  .filter(({ status }) => status === "pending" || status === "skipped" || status === "todo")
  .map(({ fullName }) => fullName);
const report = createReport((line) => console.log(line));
if (filters.length === 0) await runAcceptance(report);
for (const name of [...skipped, ...report.skipped]) console.log(`not run: ${name}`);
const failed = unit.numFailedTests + report.failed;
// A file that cannot even be loaded has no failing test.
const broken = failed === 0 && unit.numFailedTestSuites > 0 ? unit.numFailedTestSuites : 0;
console.log(`${unit.numPassedTests + report.passed} passed, ${failed + broken} failed`);
process.exitCode = failed + broken === 0 ? 0 : 1;
