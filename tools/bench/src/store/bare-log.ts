import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { OpenEngine } from "./engine.ts";
import { groupCommit } from "./group-commit.ts";

/** The limit: one write per batch to a file opened with O_DSYNC, nothing else. */
export const openBareLog: OpenEngine = async (directory) => {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_DSYNC;
  const handle = await open(join(directory, "log"), flags);
  let position = 0;
  const put = groupCommit<Uint8Array>(async (batch) => {
    const bytes = Buffer.concat(batch);
    await handle.write(bytes, 0, bytes.length, position);
    position += bytes.length;
  });
  return { put: (_key, value) => put(value), close: () => handle.close() };
};
