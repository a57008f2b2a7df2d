/**
 * The acceptance scenario through every client. Usage: `npm run clients [-- --only NAME] [--helm PATH] [--ci] [--output
 * FILE]`. Prints the table; writes it to `docs/clients.md` when every client was asked for. Ends with 1 when a step failed.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type CommandContext, readOptions, runCommand, UsageError } from "@pinnace-tools/command";
import { run, startCluster } from "@pinnace-tools/e2e";
import { families } from "./families.ts";
import { countFailures, runClients } from "./run-clients.ts";
import { renderTable } from "./table.ts";

const root = join(import.meta.dirname, "../../..");
const USAGE = "npm run clients [-- --only NAME] [--helm PATH] [--ci] [--output FILE]";

async function main(args: readonly string[], { signal }: CommandContext): Promise<number> {
  const options = readOptions(
    args,
    {
      only: { type: "string", multiple: true },
      helm: { type: "string" },
      ci: { type: "boolean" },
      output: { type: "string" },
    },
    USAGE,
  );
  const { helm, ci: inCi = false, only } = options;
  const all = families({ root, ci: inCi, ...(helm === undefined ? {} : { helm }) });
  const unknown = only?.find((name) => !all.some((each) => each.name === name));
  if (unknown !== undefined) {
    throw new UsageError(`no client is named ${unknown}; there are ${all.map(({ name }) => name).join(", ")}`);
  }
  const chosen = all.filter(({ name, ci }) => (only?.includes(name) ?? true) && (ci || !inCi));
  const output = options.output ?? (chosen.length === all.length ? join(root, "docs/clients.md") : undefined);
  if (output !== undefined) mkdirSync(dirname(output), { recursive: true });

  const cluster = await startCluster({ args: ["--nodes", "2"] });
  try {
    const results = await runClients(chosen, {
      kubeconfig: cluster.kubeconfig,
      signal,
      heard: (client, step, outcome) =>
        console.log(`${outcome.kind.padEnd(8)}${client}: ${step}${"why" in outcome ? `: ${outcome.why}` : ""}`),
    });
    const text = renderTable(results, { version: await version(), date: new Date().toISOString().slice(0, 10) });
    console.log(`\n${text}`);
    if (output !== undefined) writeFileSync(output, text);
    const passed = results.clients
      .flatMap(({ outcomes }) => [...outcomes.values()])
      .filter((each) => each.kind === "passed");
    console.log(`${passed.length} passed, ${countFailures(results)} failed`);
    return countFailures(results) === 0 ? 0 : 1;
  } finally {
    await cluster.remove();
  }
}

async function version(): Promise<string> {
  const program = join(root, "apps/pinnace/src/main.ts");
  return (await run(process.execPath, ["--conditions=@pinnace/source", program, "--version"])).stdout.trim();
}

process.exitCode = await runCommand({ name: "clients" }, (context) => main(process.argv.slice(2), context));
