/** Runs one scenario: `npm run bench -- <scenario> [options]`; without one it lists them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

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
    "",
    "Options of all scenarios (a scenario's main.ts has those of its own):",
    "  --rounds <n>      rounds, in each of which Pinnace and its peer take turns (default 5)",
    "  --peers <folder>  executables of peers: etcd, kube-apiserver (default: those on PATH)",
    "",
    "Each run prints median, lowest and highest and the ratio to the peer, and writes tools/bench/results/<scenario>.json.",
    "The ratio counts: absolute figures say more about the machine.",
    "",
  ].join("\n");
}

const all = scenarios();
const [, , scenario] = process.argv;
if (all.some(({ name }) => name === scenario)) {
  await import(`./${scenario}/main.ts`);
} else {
  if (scenario !== undefined && scenario !== "--help") process.exitCode = 2;
  (process.exitCode === 2 ? process.stderr : process.stdout).write(help(all));
}
