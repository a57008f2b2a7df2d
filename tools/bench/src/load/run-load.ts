import { join } from "node:path";
import { start } from "../child.ts";
import type { LoadJob, LoadResult } from "./job.ts";

/**
 * Does a job in a process of its own. Rejects when an answer had another status than expected: a server that is fast
 * because it refuses is no server.
 */
export async function runLoad(job: LoadJob): Promise<LoadResult> {
  const child = start(process.execPath, [join(import.meta.dirname, "program.ts"), JSON.stringify(job)]);
  const result = JSON.parse(await child.finished()) as LoadResult;
  if (result.wrong > 0)
    throw new Error(
      `${result.wrong} of ${result.answers} answers to ${job.method} ${job.path} were not ${job.expected}: ${result.firstWrong}`,
    );
  return result;
}
