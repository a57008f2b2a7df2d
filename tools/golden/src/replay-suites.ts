import type { ApiHandler } from "@pinnace/apimachinery";
import type { CaseFile } from "./cases.ts";
import { type Ground, startPinnace } from "./pinnace.ts";
import { planSuites, type Suite } from "./plan.ts";
import { type Failure, type Replay, replay } from "./runner.ts";

/** What is the same for every suite. */
interface ReplaySettings extends Pick<Replay, "runner" | "kubectl" | "show" | "signal"> {
  readonly ground: Ground;
  /** Stands between the port and the API server. */
  readonly wrap?: (handler: ApiHandler) => ApiHandler;
}

/** Suites side by side: most of their time is spent waiting. */
const LANES = 2;

/** Replays all suites; `done` hears of each as it ends. */
export async function replaySuites(
  suites: readonly Suite[],
  settings: ReplaySettings,
  done: (suite: Suite, failures: readonly Failure[]) => void,
): Promise<readonly Failure[]> {
  const waiting = [...suites];
  const all: Failure[] = [];
  await inLanes(LANES, waiting, async (suite) => {
    const failures = await replaySuite(suite, settings);
    all.push(...failures);
    done(suite, failures);
  });
  return all;
}

async function inLanes<T>(lanes: number, waiting: T[], work: (item: T) => Promise<void>): Promise<void> {
  const lane = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Replays a suite on its cluster, or each of its cases on a cluster of its own. */
export async function replaySuite(suite: Suite, settings: ReplaySettings): Promise<readonly Failure[]> {
  if (suite.clusters === 0) return replayOn(suite, suite.files, settings);
  const waiting = suite.files.flatMap((file) => file.names.map((name) => ({ ...file, names: [name], whole: false })));
  const failures: Failure[] = [];
  await inLanes(suite.clusters, waiting, async (file) => {
    failures.push(...(await replayOn(suite, [file], settings)));
  });
  return failures;
}

/** Replays cases one after the other with nothing beside them. */
export async function replayAlone(files: readonly CaseFile[], settings: ReplaySettings): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  for (const suite of planSuites(files)) {
    failures.push(...(await replaySuite({ ...suite, jobs: 1, clusters: Math.min(suite.clusters, 1) }, settings)));
  }
  return failures;
}

async function replayOn(
  { nodes, jobs }: Suite,
  files: readonly CaseFile[],
  { ground, wrap, ...settings }: ReplaySettings,
): Promise<readonly Failure[]> {
  settings.signal?.throwIfAborted();
  const pinnace = await startPinnace(ground, nodes, wrap);
  try {
    return await replay({ ...settings, ground, jobs, files, server: pinnace.url });
  } finally {
    await pinnace.stop();
  }
}
