import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { runStoreCase, type StoreCase, type StoreHarness, storeCases } from "../src/compliance/index.ts";
import type { MemoryStore } from "../src/index.ts";
import { faultyHarness } from "./faulty-store.ts";
import { readAndWriteFaults } from "./read-and-write-faults.ts";
import { watchAndLifeFaults } from "./watch-and-life-faults.ts";

/** A case of a store in memory ends within far fewer turns of the event loop; one that still waits has found something. */
const PATIENCE = 600;

async function passes(storeCase: StoreCase, harness: StoreHarness): Promise<boolean> {
  let result: boolean | undefined;
  runStoreCase(storeCase, harness).then(
    () => {
      result = true;
    },
    () => {
      result = false;
    },
  );
  for (let turn = 0; turn < PATIENCE && result === undefined; turn++) await nextTurn();
  return result ?? false;
}

/** The names of the cases of a part that do not pass. */
async function failures(part: string, makeHarness: () => StoreHarness): Promise<string[]> {
  const failed: string[] = [];
  for (const storeCase of storeCases[part] ?? [])
    if (!(await passes(storeCase, makeHarness()))) failed.push(storeCase.name);
  return failed;
}

/** What may be wrong with a store that is opened again. */
const reopenFaults: Readonly<Record<string, (kept: MemoryStore) => Promise<MemoryStore>>> = {
  "has lost the last commit": async (kept) => {
    const { entries } = await kept.list("");
    const newest = entries.toSorted((a, b) => b.modRevision - a.modRevision)[0];
    if (newest !== undefined) await kept.commit({ when: [], then: [{ type: "delete", key: newest.key }] });
    return kept;
  },
  "counts one revision twice as far": async (kept) => {
    await kept.commit({ when: [], then: [{ type: "put", key: "/x", value: { bytes: () => new Uint8Array() } }] });
    await kept.commit({ when: [], then: [{ type: "delete", key: "/x" }] });
    return kept;
  },
  "has forgotten deadlines": async (kept) => {
    const { entries } = await kept.list("");
    const then = entries.map(({ key, value }) => ({ type: "put", key, value }) as const);
    await kept.commit({ when: [], then });
    return kept;
  },
};

describe("the compliance suite", () => {
  it.each(Object.keys(storeCases))("passes a store without fault, also one that persists: %s", async (part) => {
    expect(await failures(part, () => faultyHarness(() => ({})))).toEqual([]);
  });

  it.each(Object.entries({ ...readAndWriteFaults, ...watchAndLifeFaults }))(
    "finds a store that %s",
    async (_name, [part, fault]) => {
      expect(await failures(part, () => faultyHarness(fault))).not.toEqual([]);
    },
  );

  it.each(Object.entries(reopenFaults))("finds a store that after reopening %s", async (_name, fault) => {
    expect(await failures("durability", () => faultyHarness(() => ({}), fault))).not.toEqual([]);
  });
});
