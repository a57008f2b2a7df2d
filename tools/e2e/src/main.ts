/**
 * The acceptance run. Usage: `npm run e2e [-- --simulated | --real] [--kubectl 1.33]`. Ends with `N passed, N failed`.
 */
import { parseArgs } from "node:util";
import { runAcceptance } from "./acceptance.ts";
import { createReport } from "./report.ts";

const { values } = parseArgs({
  options: { simulated: { type: "boolean" }, real: { type: "boolean" }, kubectl: { type: "string" } },
});
const report = createReport((line) => console.log(line));
const nodes = values.real ? "real" : values.simulated ? "simulated" : undefined;
await runAcceptance(report, {
  ...(nodes === undefined ? {} : { nodes }),
  ...(values.kubectl === undefined ? {} : { kubectl: values.kubectl }),
});
for (const line of report.skipped) console.log(`not run: ${line}`);
console.log(`${report.passed} passed, ${report.failed} failed`);
process.exitCode = report.failed === 0 ? 0 : 1;
