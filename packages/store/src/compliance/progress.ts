import type { Store } from "../store.ts";
import { apply, equal, put, text } from "./assert.ts";
import type { StoreCase } from "./case.ts";
import { inShort, watching } from "./watching.ts";

/** How often progress is asked for; each time a read of the store lets time pass. */
const REQUESTS = 2000;

/** Asks until `told` says yes. */
async function ask(store: Store, told: () => boolean): Promise<void> {
  for (let request = 0; request < REQUESTS && !told(); request++) {
    await store.requestProgress();
    await store.revision();
  }
  equal(told(), true, "progress was told");
}

/** Store.requestProgress and `onProgress` of a watch. */
export const progress: readonly StoreCase[] = [
  {
    name: "tells a watch how far it is, though the newest commits do not concern it",
    async run(store) {
      let told = 0;
      const watch = watching(store, "/a/", { from: 1, onProgress: (revision) => (told = revision) });
      await put(store, "/a/1", "x");
      await watch.first(1);
      const newest = await put(store, "/b", "x");
      await ask(store, () => told >= newest);
      equal(watch.events.map(inShort), ["2 put /a/1=x"], "events");
    },
  },
  {
    name: "never tells of progress ahead of an event",
    async run(store) {
      const log: [number, string][] = [];
      let told = 0;
      const options = {
        from: 1,
        onProgress: (revision: number) => {
          told = revision;
          log.push([revision, "told"]);
        },
      };
      const watch = watching(store, "", options, (event) => log.push([event.revision, "event"]));
      for (let round = 0; round < 20; round++) {
        const writes = [put(store, `/k${round}`, "x"), store.requestProgress(), put(store, `/k${round}`, "y")];
        await Promise.all(writes);
      }
      await watch.first(40);
      await ask(store, () => told >= 41);
      let progressed = 0;
      for (const [revision, what] of log) {
        if (what === "event" && revision <= progressed)
          throw new Error(`event ${revision} after ${progressed} was told`);
        if (what === "told") progressed = Math.max(progressed, revision);
      }
    },
  },
  {
    name: "takes a commit of 128 conditions and 128 mutations",
    async run(store) {
      const keys = Array.from({ length: 128 }, (_, index) => `/k${index}`);
      const when = keys.map((key) => ({ key, modRevision: 0 }));
      const then = keys.map((key) => ({ type: "put", key, value: text(key) }) as const);
      equal((await store.commit({ when, then })).succeeded, true, "succeeded");
      equal(await apply(store, ...keys.map((key) => ({ type: "delete", key }) as const)), 3, "revision");
    },
  },
];
