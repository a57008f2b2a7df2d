import { createRealClock } from "@pinnace/clock";
import { BytesValue } from "@pinnace/store";
import { openLogStore } from "@pinnace/store-log";
import type { OpenEngine } from "./engine.ts";

/** The whole store: conditions, revisions, history, checkpoints. */
export const openLogStoreEngine: OpenEngine = async (directory) => {
  const store = await openLogStore({ directory, clock: createRealClock() });
  return {
    put: async (key, value) => {
      await store.commit({ when: [], then: [{ type: "put", key, value: new BytesValue(value) }] });
    },
    close: () => store.close(),
  };
};
