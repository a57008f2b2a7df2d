/**
 * The acceptance scenario through every client. Usage: `npm run clients [-- --only NAME] [--helm PATH] [--ci] [--output
 * FILE]`. Prints the table; writes it to `docs/clients.md` when every client was asked for. Ends with 1 when a step failed.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { run, startCluster } from "@pinnace-tools/e2e";
import { families } from "./families.ts";
import { countFailures, runClients } from "./run-clients.ts";
import { renderTable } from "./table.ts";

const root = join(import.meta.dirname, "../../..");
const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    helm: { type: "string" },
    ci: { type: "boolean" },
    output: { type: "string" },
  },
});
const { helm, ci: inCi = false } = values;
const all = families({ root, ci: inCi, ...(helm === undefined ? {} : { helm }) });
const unknown = values.only?.find((name) => !all.some((each) => each.name === name));
if (unknown !== undefined) {
  console.error(`error: no client is named ${unknown}; there are ${all.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}
const chosen = all.filter(({ name, ci }) => (values.only?.includes(name) ?? true) && (ci || !inCi));

const cluster = await startCluster({ args: ["--nodes", "2"] });
try {
  const results = await runClients(chosen, {
    kubeconfig: cluster.kubeconfig,
    heard: (client, step, outcome) =>
      console.log(`${outcome.kind.padEnd(8)}${client}: ${step}${"why" in outcome ? `: ${outcome.why}` : ""}`),
  });
  const pinnace = await run(process.execPath, [
    "--conditions=@pinnace/source",
    join(root, "apps/pinnace/src/main.ts"),
    "--version",
  ]);
  const text = renderTable(results, { version: pinnace.stdout.trim(), date: new Date().toISOString().slice(0, 10) });
  console.log(`\n${text}`);
  const output = values.output ?? (chosen.length === all.length ? join(root, "docs/clients.md") : undefined);
  if (output !== undefined) {
    mkdirSync(dirname(output), { recursive: true });
    writeFileSync(output, text);
  }
  const passed = results.clients
    .flatMap(({ outcomes }) => [...outcomes.values()])
    .filter((each) => each.kind === "passed");
  console.log(`${passed.length} passed, ${countFailures(results)} failed`);
  process.exitCode = countFailures(results) === 0 ? 0 : 1;
} finally {
  await cluster.remove();
}
