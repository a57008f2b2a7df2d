import { equal, put, refused } from "./assert.ts";
import type { StoreCase } from "./case.ts";
import { watching } from "./watching.ts";

/** Store.close. */
export const closings: readonly StoreCase[] = [
  {
    name: "ends watches with CLOSED and refuses every later call with it",
    async run(store) {
      const open = watching(store, "");
      await put(store, "/a", "1");
      await store.close();
      equal(await open.ended(), "CLOSED", "an open watch");
      equal(await watching(store, "").ended(), "CLOSED", "a later watch");
      await refused(store.read("/a"), "CLOSED", "read");
      await refused(store.list(""), "CLOSED", "list");
      await refused(put(store, "/a", "2"), "CLOSED", "commit");
      await refused(store.compact(2), "CLOSED", "compact");
      await refused(store.revision(), "CLOSED", "revision");
      await refused(store.requestProgress(), "CLOSED", "requestProgress");
    },
  },
  {
    name: "completes pending commits before it closes",
    async run(store) {
      const watch = watching(store, "");
      const pending = Array.from({ length: 20 }, (_, index) => put(store, `/k${index}`, "x"));
      await store.close();
      const revisions = (await Promise.all(pending)).toSorted((a, b) => a - b);
      equal(
        revisions,
        Array.from({ length: 20 }, (_, index) => index + 2),
        "revisions",
      );
      equal([watch.events.length, await watch.ended()], [20, "CLOSED"], "watch");
    },
  },
  {
    name: "may be closed twice, and with times to live outstanding",
    async run(store, { elapse }) {
      await put(store, "/a", "1", 1000);
      await Promise.all([store.close(), store.close()]);
      await elapse(2000);
      await store.close();
    },
  },
];
