/**
 * Replays what a real Kubernetes answered against a Pinnace in this process.
 * Usage: `npm run golden [-- --only REGEXP] [--show N] [--update-list] [--log]`. `--only` matches `folder/file/case`.
 * Fails when a case differs that is not in `differences.json`, or when one of those no longer does.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import manifest from "@pinnace/apiserver/package.json" with { type: "json" };
import { createRealClock } from "@pinnace/clock";
import { silentLogger } from "@pinnace/logging";
import { createStreamLogger } from "@pinnace/logging/node";
import { type CommandContext, runCommand } from "@pinnace-tools/command";
import { type CaseFile, readCases } from "./cases.ts";
import { judge, readDifferences, select, updateDifferences, writeDifferences } from "./differences.ts";
import { findKubectl } from "./kubectl.ts";
import { type Options, parseOptions } from "./options.ts";
import { prepareGround } from "./pinnace.ts";
import { planSuites } from "./plan.ts";
import { replayAlone, replaySuites } from "./replay-suites.ts";
import { failureLines, renderTable, tallyLines, verdictLines } from "./report.ts";
import type { Failure } from "./runner.ts";

const root = join(import.meta.dirname, "../../..");
const golden = join(root, "../shared/golden");
const list = join(import.meta.dirname, "../differences.json");

/** A cluster under load answers late; a case that differs is given a quiet one before it counts, if there are not too many. */
const SECOND_LOOK = 40;
const LOOKS = 2;

async function main(options: Options, context: CommandContext): Promise<number> {
  if (!existsSync(golden)) {
    console.log(`nothing to replay: the recorded cases are not part of the repository (looked in ${golden})`);
    return 0;
  }
  const kubectl = findKubectl();
  const { files, leftOut } = readCases(join(golden, "cases"), { only: options.only, kubectl: kubectl !== undefined });
  const known = readDifferences(list);
  const begin = performance.now();
  const { differing, unsteady } = await replayAll(files, kubectl, options, context);
  const seconds = Math.round((performance.now() - begin) / 1000);
  print([...tallyLines(files, differing), `${seconds} s`]);
  if (leftOut > 0) print([`not replayed: ${leftOut} cases that run kubectl, of which there is none on PATH`]);
  if (unsteady.length > 0)
    print(unsteady.map((name) => `differed, and did not when it was replayed by itself: ${name}`));
  if (options.updateList) return update();
  const verdict = judge(known, files, differing);
  print(verdictLines(verdict));
  return verdict.unexpected.length + verdict.repaired.length === 0 ? 0 : 1;

  function update(): number {
    const updated = updateDifferences(known, files, differing);
    writeDifferences(list, updated);
    if (options.only.source === "." && leftOut === 0) {
      const heading = { version: `Pinnace ${manifest.version}`, date: new Date().toISOString().slice(0, 10), seconds };
      writeFileSync(join(root, "docs/golden.md"), renderTable(files, differing, updated, heading));
    }
    return 0;
  }
}

interface Outcome {
  readonly differing: ReadonlyMap<string, ReadonlySet<string>>;
  /** Differed at first only. */
  readonly unsteady: readonly string[];
}

async function replayAll(
  files: readonly CaseFile[],
  kubectl: string | undefined,
  options: Options,
  { folder, signal }: CommandContext,
): Promise<Outcome> {
  const logger = options.log ? createStreamLogger({ clock: createRealClock(), stream: process.stderr }) : silentLogger;
  const ground = await prepareGround(folder, join(golden, "tokens.csv"), logger);
  const settings = { runner: join(golden, "run.mjs"), kubectl, show: options.show, ground, signal };
  const first = byFile(await replaySuites(planSuites(files), settings, (_, failures) => print(failureLines(failures))));
  const { unexpected } = judge(readDifferences(list), files, first);
  let differing = unexpected;
  for (let look = 0; look < LOOKS && differing.length > 0 && differing.length <= SECOND_LOOK; look += 1) {
    const again = byFile(await replayAlone(select(files, differing), settings));
    differing = differing.filter((each) => has(again, each));
  }
  const unsteady = unexpected.filter((each) => !differing.includes(each));
  const without = (id: string, names: ReadonlySet<string>): ReadonlySet<string> =>
    new Set([...names].filter((name) => !unsteady.includes(`${id}/${name}`)));
  return { differing: new Map([...first].map(([id, names]) => [id, without(id, names)])), unsteady };
}

const byFile = (failures: readonly Failure[]): ReadonlyMap<string, ReadonlySet<string>> =>
  new Map(
    [...Map.groupBy(failures, ({ file }) => file)].map(([id, each]) => [id, new Set(each.map(({ name }) => name))]),
  );

function has(failures: ReadonlyMap<string, ReadonlySet<string>>, each: string): boolean {
  return [...failures].some(([id, names]) => each.startsWith(`${id}/`) && names.has(each.slice(id.length + 1)));
}

function print(lines: readonly string[]): void {
  for (const line of lines) console.log(line);
}

process.exitCode = await runCommand({ name: "golden" }, (context) =>
  main(parseOptions(process.argv.slice(2)), context),
);
