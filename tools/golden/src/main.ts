/**
 * Replays what a real Kubernetes answered against a Pinnace in this process.
 * Usage: `npm run golden [-- --only REGEXP] [--show N] [--update-list] [--log]`. `--only` matches `folder/file/case`.
 * Fails when a case differs that is not in `differences.json`, or when one of those no longer does.
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRealClock } from "@pinnace/clock";
import { isCodedError } from "@pinnace/errors";
import { silentLogger } from "@pinnace/logging";
import { createStreamLogger } from "@pinnace/logging/node";
import { readCases } from "./cases.ts";
import { judge, readDifferences, updateDifferences, writeDifferences } from "./differences.ts";
import { findKubectl } from "./kubectl.ts";
import { type Options, parseOptions } from "./options.ts";
import { prepareGround } from "./pinnace.ts";
import { planSuites } from "./plan.ts";
import { replaySuites } from "./replay-suites.ts";
import { failureLines, tallyLines, verdictLines } from "./report.ts";
import type { Failure } from "./runner.ts";

const golden = join(import.meta.dirname, "../../../../shared/golden");
const list = join(import.meta.dirname, "../differences.json");

async function main(options: Options): Promise<boolean> {
  if (!existsSync(golden)) {
    console.log(`nothing to replay: the recorded cases are not part of the repository (looked in ${golden})`);
    return true;
  }
  const files = readCases(join(golden, "cases"), options.only);
  const kubectl = findKubectl();
  const known = readDifferences(list);
  const folder = await mkdtemp(join(tmpdir(), "pinnace-golden-"));
  try {
    const begin = performance.now();
    const differing = Map.groupBy(await replayAll(), ({ file }) => file);
    const names = new Map([...differing].map(([id, each]) => [id, new Set(each.map(({ name }) => name))]));
    const verdict = judge(known, files, names);
    const seconds = Math.round((performance.now() - begin) / 1000);
    print([...tallyLines(files, names), `${seconds} s`]);
    if (options.updateList) {
      writeDifferences(list, updateDifferences(known, files, names));
      return true;
    }
    print(verdictLines(verdict));
    return verdict.unexpected.length + verdict.repaired.length === 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }

  async function replayAll(): Promise<readonly Failure[]> {
    const logger = options.log
      ? createStreamLogger({ clock: createRealClock(), stream: process.stderr })
      : silentLogger;
    const ground = await prepareGround(folder, join(golden, "tokens.csv"), logger);
    const settings = { runner: join(golden, "run.mjs"), kubectl, show: options.show, ground };
    return replaySuites(planSuites(files), settings, (_, failures) => print(failureLines(failures)));
  }
}

function print(lines: readonly string[]): void {
  for (const line of lines) console.log(line);
}

try {
  process.exitCode = (await main(parseOptions(process.argv.slice(2)))) ? 0 : 1;
} catch (error) {
  if (!isCodedError(error)) throw error;
  console.error(error.remedy === undefined ? error.message : `${error.message} (${error.remedy})`);
  process.exitCode = 2;
}
