import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createVirtualClock } from "@pinnace/clock";
import { describeStoreCompliance, type StoreHarness } from "@pinnace/store/compliance";
import { describe, it } from "vitest";
import { type LogStore, openLogStore } from "../src/index.ts";

function makeHarness(): StoreHarness {
  const clock = createVirtualClock();
  const directory = mkdtemp(join(tmpdir(), "pinnace-store-"));
  const open = async (): Promise<LogStore> => {
    const store = await openLogStore({ directory: await directory, clock });
    clock.addIdleCheck("store", () => store.idle());
    return store;
  };
  return {
    open,
    reopen: open,
    elapse: (duration) => clock.advance(duration),
    dispose: async () => rm(await directory, { recursive: true }),
  };
}

describeStoreCompliance("log", makeHarness, { describe, it });
