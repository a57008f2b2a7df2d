import type { ApiHandler } from "@pinnace/apimachinery";
import type { CaseFile } from "./cases.ts";
import { type Ground, startPinnace } from "./pinnace.ts";
import type { Suite } from "./plan.ts";
import { type Failure, type Replay, replay } from "./runner.ts";

/** What is the same for every suite. */
export interface ReplaySettings extends Pick<Replay, "runner" | "kubectl" | "show"> {
  readonly ground: Ground;
  /** Stands between the port and the API server. */
  readonly wrap?: (handler: ApiHandler) => ApiHandler;
}

/** Replays a suite on its cluster, or each of its cases on a cluster of its own. */
export async function replaySuite(suite: Suite, settings: ReplaySettings): Promise<readonly Failure[]> {
  if (suite.clusters === 0) return replayOn(suite, suite.files, settings);
  const waiting = suite.files.flatMap((file) => file.names.map((name) => ({ ...file, names: [name], whole: false })));
  const failures: Failure[] = [];
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift())
      failures.push(...(await replayOn(suite, [file], settings)));
  };
  await Promise.all(Array.from({ length: suite.clusters }, work));
  return failures;
}

async function replayOn(
  { nodes, jobs }: Suite,
  files: readonly CaseFile[],
  { ground, wrap, ...settings }: ReplaySettings,
): Promise<readonly Failure[]> {
  const pinnace = await startPinnace(ground, nodes, wrap);
  try {
    return await replay({ ...settings, ground, jobs, files, server: pinnace.url });
  } finally {
    await pinnace.stop();
  }
}
