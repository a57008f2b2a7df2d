/**
 * Drives Kubernetes' own conformance suite (`e2e.test` of a release) against a cluster that it starts.
 * Usage: `npm run conformance -- --e2e-test PATH [--agnhost PATH] [--real|--simulated] ...`; see docs/conformance.md.
 * Ends with 0 when nothing failed, 1 when something did, 2 for a run that cannot be made, 130 when it was interrupted.
 */
import { join } from "node:path";
import { isCodedError } from "@pinnace/errors";
import { runConformance } from "./conformance.ts";
import { parseOptions } from "./options.ts";

const root = join(import.meta.dirname, "../../..");
const args = process.argv.slice(2);
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (!stop.signal.aborted) console.error("interrupted: ending what runs");
    stop.abort();
  });
}

try {
  const passed = await runConformance(parseOptions(args, root), {
    root,
    command: `npm run conformance -- ${args.join(" ")}`,
    signal: stop.signal,
    said: (line) => console.log(line),
  });
  process.exitCode = stop.signal.aborted ? 130 : passed ? 0 : 1;
} catch (error) {
  if (!isCodedError(error)) throw error;
  console.error(`error: ${error.message}${error.remedy === undefined ? "" : `; ${error.remedy}`}`);
  process.exitCode = 2;
}
