/**
 * Drives Kubernetes' own conformance suite (`e2e.test` of a release) against a cluster that it starts.
 * Usage: `npm run conformance -- --e2e-test PATH [--agnhost PATH] [--real|--simulated] ...`; see CONTRIBUTING.md.
 * Ends with 0 when nothing failed, 1 when something did, 2 for a run that cannot be made, 130 when it was interrupted.
 */
import { join } from "node:path";
import { runCommand } from "@pinnace-tools/command";
import { runConformance } from "./conformance.ts";
import { parseOptions } from "./options.ts";

const root = join(import.meta.dirname, "../../..");
const args = process.argv.slice(2);

process.exitCode = await runCommand({ name: "conformance" }, async ({ signal }) => {
  const passed = await runConformance(parseOptions(args, root), {
    root,
    signal,
    said: (line) => console.log(line),
  });
  return passed ? 0 : 1;
});
