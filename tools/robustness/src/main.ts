/**
 * Kills and pauses a store, or with `--api` the processes that serve the API, under traffic and checks what clients and
 * watchers saw. Usage: `npm run robustness [-- --api] [--engine log|etcd] [--case NAME] [--rounds N] [--seed S]
 * [--etcd PROGRAM] [--keep FOLDER]`.
 * Ends with 1 when a promise was broken; the history is then kept.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CommandContext, readOptions, runCommand, UsageError } from "@pinnace-tools/command";
import { startApiSubject } from "./api-subject.ts";
import { API_CASES, CASES, type Case } from "./cases.ts";
import { startEtcdSubject } from "./etcd-subject.ts";
import { startLogSubject } from "./log-subject.ts";
import { createRandom } from "./random.ts";
import { type RunResult, run, type Subject } from "./run.ts";

const USAGE =
  "npm run robustness [-- --api] [--engine log|etcd] [--case NAME] [--rounds N] [--seed S] [--etcd PROGRAM] [--keep FOLDER]";
/** Disturbances of one history: checking a long one takes longer than making it. */
const ROUNDS_OF_RUN = 20;
/** Calls of a round by the API, at the most: to start a server takes long. */
const API_CALLS = 300;

async function main(args: readonly string[], context: CommandContext): Promise<number> {
  const options = readOptions(
    args,
    {
      api: { type: "boolean", default: false },
      engine: { type: "string", default: "log" },
      case: { type: "string" },
      rounds: { type: "string" },
      seed: { type: "string" },
      etcd: { type: "string", default: "etcd" },
      keep: { type: "string", default: "." },
    },
    USAGE,
  );
  const { engine, api } = options;
  if (engine !== "log" && engine !== "etcd") throw new UsageError(`there is no engine ${engine}`, USAGE);
  const rounds = whole("--rounds", options.rounds ?? (api ? "20" : "200"));
  const seed = options.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : whole("--seed", options.seed);
  const all = api ? API_CASES : CASES;
  const cases = options.case === undefined ? all : all.filter(({ name }) => name === options.case);
  if (cases.length === 0)
    throw new UsageError(`there is no case ${options.case}; there are ${all.map(({ name }) => name).join(", ")}`);
  mkdirSync(options.keep, { recursive: true });

  console.log(`${api ? "API servers, " : ""}engine ${engine}, seed ${seed}`);
  const share = Math.ceil(rounds / cases.length);
  for (const each of cases) {
    for (let done = 0; done < share; done += ROUNDS_OF_RUN) {
      const count = Math.min(ROUNDS_OF_RUN, share - done);
      const plan: Plan = { api, engine, program: options.etcd, seed: seed + done, rounds: count };
      const result = await runCase(each, plan, context);
      if (context.signal.aborted) return 1;
      console.log(line(each, result));
      if (result.violations.length > 0) return broken(result, options.keep, seed);
    }
  }
  console.log(`${rounds} rounds, no violation`);
  return 0;
}

interface Plan {
  readonly api: boolean;
  readonly engine: "log" | "etcd";
  readonly program: string;
  readonly seed: number;
  readonly rounds: number;
}

async function runCase(each: Case, plan: Plan, { folder, signal }: CommandContext): Promise<RunResult> {
  const directory = join(folder, `${each.name}-${plan.seed}`);
  mkdirSync(directory);
  const subject = await startSubject(each, plan, directory);
  try {
    return await run(subject, {
      seed: plan.seed,
      rounds: plan.rounds,
      signal,
      ...(plan.api ? { calls: API_CALLS } : {}),
      ...each,
    });
  } finally {
    await subject.stop();
  }
}

function startSubject(each: Case, { api, engine, program, seed }: Plan, directory: string): Promise<Subject> {
  if (api) return startApiSubject({ directory, engine, program, random: createRandom(seed) });
  return engine === "etcd" ? startEtcdSubject({ directory, program }) : startLogSubject({ directory, ...each });
}

function line({ name }: Case, { history, violations, disturbances }: RunResult): string {
  const rounds = [...disturbances.values()].reduce((sum, count) => sum + count, 0);
  const events = history.watches.reduce((sum, watch) => sum + watch.events.length, 0);
  const unknown = history.calls.filter((call) => call.kind === "commit" && call.outcome.type === "unknown").length;
  const counts = `${history.calls.length} calls (${unknown} without an answer), ${history.watches.length} watches, ${events} events`;
  return `${name.padEnd(40)} ${rounds} rounds, ${counts}: ${violations.length === 0 ? "all kept" : "BROKEN"}`;
}

function broken({ history, violations, disturbances }: RunResult, keep: string, seed: number): number {
  const file = join(keep, `robustness-${seed}.json`);
  writeFileSync(file, JSON.stringify({ violations, disturbances: [...disturbances], history }));
  for (const { kind, details } of violations.slice(0, 5)) console.log(`${kind}: ${details.slice(0, 500)}`);
  console.log(`${violations.length} violations; the history is in ${file}`);
  return 1;
}

function whole(flag: string, text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new UsageError(`${flag}: "${text}" is not a number`, USAGE);
  return Number(text);
}

process.exitCode = await runCommand({ name: "robustness" }, (context) => main(process.argv.slice(2), context));
