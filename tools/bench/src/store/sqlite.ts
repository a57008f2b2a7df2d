import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { OpenEngine } from "./engine.ts";
import { groupCommit } from "./group-commit.ts";

/** node:sqlite in a worker (so that its fsync does not block), WAL, synchronous=FULL, one transaction per batch. */
export const openSqlite: OpenEngine = async (directory) => {
  const file = new URL("sqlite-worker.ts", import.meta.url);
  const worker = new Worker(file, { workerData: join(directory, "store.db") });
  const put = groupCommit<readonly [string, Uint8Array]>(async (batch) => {
    worker.postMessage(batch);
    await once(worker, "message");
  });
  return {
    put: (key, value) => put([key, value]),
    close: async () => {
      await worker.terminate();
    },
  };
};
