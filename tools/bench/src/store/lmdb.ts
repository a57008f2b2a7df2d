import { join } from "node:path";
import { open } from "lmdb";
import type { OpenEngine } from "./engine.ts";

/** lmdb with its own group commit; without overlappingSync a put resolves when it is flushed. */
export const openLmdb: OpenEngine = async (directory) => {
  const options = {
    path: join(directory, "lmdb"),
    encoding: "binary",
    overlappingSync: false,
    commitDelay: 0,
  } as const;
  const database = open<Uint8Array, string>({ ...options, eventTurnBatching: false });
  return {
    put: async (key, value) => {
      await database.put(key, value);
    },
    close: () => database.close(),
  };
};
