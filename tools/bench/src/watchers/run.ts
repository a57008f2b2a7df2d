import { join } from "node:path";
import { start } from "../child.ts";
import type { ApiTarget } from "../peers/target.ts";
import type { WatchJob, WatchResult } from "./job.ts";

/** Watches a server from a process of its own. Rejects when an event is missing, or comes to a watcher twice. */
export async function runWatchers(
  { port, ca, token, pids }: ApiTarget,
  load: Omit<WatchJob, "target" | "pids">,
): Promise<WatchResult> {
  const job: WatchJob = { target: { port, ca, token }, pids, ...load };
  const child = start(process.execPath, [join(import.meta.dirname, "program.ts"), JSON.stringify(job)]);
  return JSON.parse(await child.finished()) as WatchResult;
}
