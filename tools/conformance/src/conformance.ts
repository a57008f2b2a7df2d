import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { findRequirements } from "@pinnace/cri/node";
import { messageOf } from "@pinnace/errors";
import { type Cluster, findKubectls, run, startCluster } from "@pinnace-tools/e2e";
import type { Behaviour } from "./behaviour.ts";
import { renderDocument } from "./document.ts";
import { type E2eTest, expectExecutable, openE2eTest } from "./e2e-test.ts";
import { prepareImages } from "./images/prepare-images.ts";
import { decideNotRun } from "./not-run.ts";
import type { Mode, Options } from "./options.ts";
import { firstLine, type Outcome } from "./outcome.ts";
import { ConformanceError } from "./problem.ts";
import { makeRecord, readRecord, writeRecord } from "./record.ts";
import { openResults, type Results } from "./results.ts";
import { runBatch } from "./run-batch.ts";
import { runBehaviours } from "./run-behaviours.ts";

interface Surroundings {
  /** The repository's folder. */
  readonly root: string;
  /** Ends the run early: what runs is interrupted, the tally is told. */
  readonly signal: AbortSignal;
  said(line: string): void;
  /** Milliseconds that an interrupted spec has for cleaning up. Default 60,000. */
  readonly grace?: number;
  /** Default: `pinnace up` in a folder of its own. */
  start?(
    mode: Mode,
    dataDirectory?: string,
  ): Promise<Pick<Cluster, "kubeconfig" | "dataDirectory" | "process" | "remove">>;
}

/** Runs the suite as the options say. Resolves to whether nothing failed. Throws {@link ConformanceError}. */
export async function runConformance(options: Options, surroundings: Surroundings): Promise<boolean> {
  const { said, signal } = surroundings;
  const e2eTest = await openE2eTest(options.e2eTest);
  const focused = e2eTest.behaviours.filter(({ name }) => options.focus.test(name));
  if (focused.length === 0)
    throw new ConformanceError("NO_MATCH", `--focus ${options.focus.source} matches no behaviour`);
  const mode = chooseMode(options);
  if (mode === "real" && options.agnhost === undefined) {
    throw new ConformanceError("NO_AGNHOST", "--agnhost is missing: a real node's images are made of this program", {
      remedy: "give its path, or run with --simulated",
    });
  }
  if (options.agnhost !== undefined) expectExecutable(options.agnhost, "NO_AGNHOST", "--agnhost");
  const kubectl = await chooseKubectl(options.kubectl);
  const results = openResults(join(options.results, `${e2eTest.version}-${mode}`));
  const chosen = choose(focused, results, options);
  said(`${mode}: ${chosen.length} of ${e2eTest.behaviours.length} behaviours to run, results in ${results.folder}`);
  const pinnace = describePinnace(surroundings.root);
  if (chosen.length > 0)
    await runOnCluster({ options, surroundings, e2eTest, kubectl, mode, results, pinnace }, chosen);
  const left = e2eTest.behaviours.filter(({ name }) => !results.all.has(name));
  tellTally(focused, results, said);
  if (left.length === 0 || options.write) writeDocument(options, surroundings, e2eTest, mode, results);
  else
    said(
      `${join(options.docs, "conformance.md")} is not written: ${left.length} behaviours have no result yet (--resume, --write)`,
    );
  return !signal.aborted && focused.every(({ name }) => results.all.get(name)?.kind !== "failed");
}

/** As `pinnace up` decides. */
function chooseMode({ mode }: Options): Mode {
  const isReal = process.platform === "linux" && process.getuid?.() === 0;
  return mode ?? (isReal && findRequirements(process.env.PATH ?? "").missing.length === 0 ? "real" : "simulated");
}

/** Resolves to the path of a kubectl that runs. Throws `NO_KUBECTL`. */
async function chooseKubectl(given: string | undefined): Promise<string> {
  const path = given ?? (await findKubectls()).at(-1)?.path ?? "kubectl";
  const { code } = await run(path, ["version", "--client"]).catch(() => ({ code: -1 }));
  if (code === 0) return path;
  throw new ConformanceError("NO_KUBECTL", `${path} is no kubectl: it cannot be run`, {
    remedy: "--kubectl names one",
  });
}

function choose(focused: readonly Behaviour[], results: Results, { resume, failed }: Options): readonly Behaviour[] {
  const again = focused.filter(({ name }) => !resume || (failed && results.all.get(name)?.kind === "failed"));
  results.forget(again.map(({ name }) => name));
  return focused.filter(({ name }) => !results.all.has(name));
}

interface Run {
  readonly options: Options;
  readonly surroundings: Surroundings;
  readonly e2eTest: E2eTest;
  readonly kubectl: string;
  readonly mode: Mode;
  readonly results: Results;
  readonly pinnace: string;
}

async function runOnCluster(it: Run, chosen: readonly Behaviour[]): Promise<void> {
  const { options, surroundings, e2eTest, kubectl, mode, results, pinnace } = it;
  const begin = surroundings.start ?? startNodes;
  const cluster = await begin(mode).catch((cause: unknown) => {
    throw new ConformanceError("CLUSTER", messageOf(cause), { cause });
  });
  const stop = new AbortController();
  let over = false;
  const { child } = cluster.process;
  child.once("exit", () => stop.abort());
  if (child.exitCode !== null || child.signalCode !== null) stop.abort();
  try {
    const missing = mode === "real" ? await images(it, cluster.dataDirectory) : new Map<string, string>();
    const whyNot = decideNotRun(mode, missing);
    const keep = (behaviour: Behaviour, outcome: Outcome, output: string): void => {
      results.record(behaviour.name, { ...outcome, pinnace }, output);
      surroundings.said(line(behaviour, outcome));
    };
    const wanted = chosen.filter((behaviour) => {
      const why = whyNot(behaviour);
      if (why !== undefined) results.record(behaviour.name, { kind: "not run", why, pinnace }, "");
      return why === undefined;
    });
    const budget = options.budget === undefined ? [] : [AbortSignal.timeout(options.budget)];
    const signal = AbortSignal.any([surroundings.signal, stop.signal, ...budget]);
    const { specTimeout, jobs, batch } = options;
    const settings = {
      e2eTest: e2eTest.path,
      kubeconfig: cluster.kubeconfig,
      kubectl,
      specTimeout,
      signal,
      grace: surroundings.grace ?? 60_000,
    };
    await runBehaviours({
      behaviours: wanted,
      jobs,
      batch,
      signal,
      run: (each) => runBatch(each, settings),
      heard: keep,
    });
    if (stop.signal.aborted) throw clusterEnded(cluster.process.output(), results.folder);
    over = true;
  } finally {
    // What a cluster that ended left behind is cleared away by its next start.
    if (stop.signal.aborted) await (await begin(mode, cluster.dataDirectory)).remove();
    // One that cannot stop cleanly is told, but hides no other problem.
    else
      await cluster.remove().catch((error: unknown) => {
        if (over) throw new ConformanceError("CLUSTER", firstLine(messageOf(error)), { cause: error });
      });
  }
}

/** What it said last is kept: nothing else tells why. */
function clusterEnded(output: string, folder: string): ConformanceError {
  const path = join(folder, "logs", "cluster.log");
  writeFileSync(path, output);
  return new ConformanceError("CLUSTER", "the cluster ended while specs ran", { remedy: `its output is in ${path}` });
}

const startNodes = (mode: Mode, dataDirectory?: string): Promise<Cluster> =>
  startCluster({
    args: mode === "real" ? ["--real"] : ["--nodes", "3"],
    ...(dataDirectory === undefined ? {} : { dataDirectory }),
  });

const images = ({ options, surroundings, e2eTest }: Run, dataDirectory: string): Promise<ReadonlyMap<string, string>> =>
  prepareImages({
    wanted: e2eTest.images,
    agnhost: options.agnhost ?? "",
    cache: join(options.results, "images"),
    socket: join(dataDirectory, "containerd/containerd.sock"),
    said: surroundings.said,
  });

const MARKS = { passed: "ok     ", failed: "FAILED ", "not run": "not run" } as const;

const line = ({ name }: Behaviour, outcome: Outcome): string =>
  `${MARKS[outcome.kind]} ${name}${outcome.kind === "passed" ? "" : `: ${firstLine(outcome.why).slice(0, 300)}`}`;

function tellTally(behaviours: readonly Behaviour[], results: Results, said: (line: string) => void): void {
  const count = (kind: Outcome["kind"]): number =>
    behaviours.filter(({ name }) => results.all.get(name)?.kind === kind).length;
  const unknown = behaviours.filter(({ name }) => !results.all.has(name)).length;
  said(
    `${count("passed")} passed, ${count("failed")} failed, ${count("not run")} not run, ${unknown} without a result`,
  );
}

function writeDocument(
  options: Options,
  { root, said }: Surroundings,
  { behaviours, version }: E2eTest,
  mode: Mode,
  { all }: Results,
): void {
  const before = readRecord(options.docs);
  const date = new Date().toISOString().slice(0, 10);
  const record = {
    ...before,
    [mode]: makeRecord(behaviours, all, { version, date, command: COMMANDS[mode] }, before[mode]),
  };
  writeRecord(options.docs, record, renderDocument(record));
  said(`wrote ${join(options.docs, "conformance.md").replace(`${root}/`, "")}`);
}

/** How anybody makes the table again, wherever the programs are. */
const COMMANDS: Readonly<Record<Mode, string>> = {
  real: "npm run conformance -- --e2e-test PATH --agnhost PATH --real",
  simulated: "npm run conformance -- --e2e-test PATH --simulated",
};

/** As git describes the checkout; `unknown` without git. */
function describePinnace(root: string): string {
  const { stdout, status } = spawnSync("git", ["describe", "--always", "--dirty"], { cwd: root, encoding: "utf8" });
  return status === 0 ? stdout.trim() : "unknown";
}
