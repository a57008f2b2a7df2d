/** Runs one scenario: `npm run bench -- <scenario> [options]`; without one it lists them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "@pinnace/errors";
import { releaseAll } from "./resources.ts";
import { UsageError } from "./usage-error.ts";

/** A folder with a `main.ts`, and the first sentence of its documentation. */
interface Scenario {
  readonly name: string;
  readonly summary: string;
}

function scenarios(): readonly Scenario[] {
  return readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(entry.parentPath, entry.name, "main.ts")))
    .map(({ parentPath, name }) => ({
      name,
      summary: summaryOf(readFileSync(join(parentPath, name, "main.ts"), "utf8")),
    }));
}

function summaryOf(source: string): string {
  const comment = /^\/\*\*([\s\S]*?)\*\//.exec(source)?.[1] ?? "";
  const text = comment
    .replace(/^\s*\*\s?/gm, "")
    .replace(/\s+/g, " ")
    .trim();
  return text.split(/[.:](?:\s|$)/)[0] ?? "";
}

function help(all: readonly Scenario[]): string {
  const width = Math.max(...all.map(({ name }) => name.length));
  return [
    "usage: npm run bench -- <scenario> [options]",
    "",
    ...all.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    `  ${"all".padEnd(width)}  One after the other`,
    "",
    "Options of all scenarios; `npm run bench -- <scenario> --help` lists those of one:",
    "  --rounds <n>      rounds, in each of which Pinnace and its peer take turns (default 5)",
    "  --peers <folder>  executables of peers: etcd, kube-apiserver, ... (those on PATH are found, too)",
    "  --smoke           a tiny run of one round that ends in seconds and keeps no result",
    "",
    "Each run prints median, lowest and highest and the ratio to the peer, and writes tools/bench/results/<scenario>.json.",
    "The ratio counts: absolute figures say more about the machine.",
    "",
  ].join("\n");
}

let leaving: Promise<never> | undefined;

/** Ends with one line and a code: 2 for what the caller can mend, 1 for what failed, 130 for Ctrl-C. Once, whatever follows. */
function leave(code: number, reason: string): Promise<never> {
  leaving ??= (async () => {
    process.stderr.write(`bench: ${reason}\n`);
    await releaseAll({ final: true });
    process.exit(code);
  })();
  return leaving;
}

const all = scenarios();
const [, , scenario] = process.argv;
const chosen = scenario === "all" ? all : all.filter(({ name }) => name === scenario);
if (chosen.length > 0) {
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => void leave(130, "interrupted; everything that was started is being stopped"));
  try {
    for (const { name } of chosen) await import(`./${name}/main.ts`);
    await releaseAll();
  } catch (error) {
    await leave(error instanceof UsageError ? 2 : 1, messageOf(error));
  }
} else {
  if (scenario !== undefined && scenario !== "--help") process.exitCode = 2;
  (process.exitCode === 2 ? process.stderr : process.stdout).write(help(all));
}
