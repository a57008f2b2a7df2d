/**
 * The cases that every engine of the store passes. They depend on the contract alone and on no test runner:
 *
 * ```ts
 * import { createVirtualClock } from "@pinnace/clock";
 * import { createMemoryStore } from "@pinnace/store";
 * import { describeStoreCompliance } from "@pinnace/store/compliance";
 * import { describe, it } from "node:test";
 *
 * describeStoreCompliance("memory", () => {
 *   const clock = createVirtualClock();
 *   return { open: async () => createMemoryStore({ clock }), elapse: (duration) => clock.advance(duration) };
 * }, { describe, it });
 * ```
 *
 * @packageDocumentation
 */
import type { Store } from "../store.ts";
import type { StoreCase, StoreHarness, TestRunner } from "./case.ts";
import { closings } from "./closings.ts";
import { commits } from "./commits.ts";
import { compactions } from "./compactions.ts";
import { consistency } from "./consistency.ts";
import { durability } from "./durability.ts";
import { lifetimes } from "./lifetimes.ts";
import { lists } from "./lists.ts";
import { models } from "./model.ts";
import { progress } from "./progress.ts";
import { reads } from "./reads.ts";
import { watches } from "./watches.ts";

export type { StoreCase, StoreHarness, TestRunner } from "./case.ts";

/** All cases, by the part of the contract that they are about. */
export const storeCases: Readonly<Record<string, readonly StoreCase[]>> = {
  reads,
  lists,
  commits,
  watches,
  progress,
  consistency,
  compactions,
  lifetimes,
  closings,
  durability,
  models,
};

/** Runs one case with a harness of its own; rejects with what is wrong. */
export async function runStoreCase(storeCase: StoreCase, harness: StoreHarness): Promise<void> {
  const opened: Store[] = [];
  const remember = async (opening: Promise<Store>): Promise<Store> => {
    const store = await opening;
    opened.push(store);
    return store;
  };
  const { reopen } = harness;
  const recording: StoreHarness = {
    open: () => remember(harness.open()),
    elapse: (duration) => harness.elapse(duration),
    ...(harness.lateness === undefined ? {} : { lateness: harness.lateness }),
    ...(reopen === undefined ? {} : { reopen: () => remember(reopen.call(harness)) }),
  };
  try {
    await storeCase.run(await recording.open(), recording);
  } finally {
    for (const store of opened) await store.close();
    await harness.dispose?.();
  }
}

/** Declares all cases that the harness is able to run with a test runner. */
export function describeStoreCompliance(
  name: string,
  makeHarness: () => StoreHarness,
  { describe, it }: TestRunner,
): void {
  const reopens = makeHarness().reopen !== undefined;
  describe(`store compliance: ${name}`, () => {
    for (const [part, cases] of Object.entries(storeCases)) {
      const able = cases.filter((storeCase) => reopens || storeCase.needs !== "reopen");
      if (able.length === 0) continue;
      describe(part, () => {
        for (const storeCase of able) it(storeCase.name, () => runStoreCase(storeCase, makeHarness()));
      });
    }
  });
}
