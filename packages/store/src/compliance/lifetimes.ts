import { brief, equal, put, remove } from "./assert.ts";
import type { StoreCase } from "./case.ts";
import { watching } from "./watching.ts";

const SECOND = 1000;

/** Puts with a time to live. */
export const lifetimes: readonly StoreCase[] = [
  {
    name: "deletes a key when its time to live has passed, and not before",
    async run(store, { elapse, lateness = 0 }) {
      const watch = watching(store, "");
      await put(store, "/a", "1", 4 * SECOND);
      await elapse(3 * SECOND);
      equal(brief(await store.read("/a")), ["/a", "1", 2, 2], "before");
      await elapse(2 * SECOND + lateness);
      equal(await watch.first(2), ["2 put /a=1", "3 delete /a (was 1@2)"], "events");
      equal([await store.read("/a"), await store.revision()], [undefined, 3], "after");
    },
  },
  {
    name: "starts the time anew with each put, and ends it with one that has none",
    async run(store, { elapse, lateness = 0 }) {
      await put(store, "/longer", "1", 6 * SECOND);
      await put(store, "/shorter", "1", 100 * SECOND);
      await put(store, "/forever", "1", 6 * SECOND);
      await elapse(3 * SECOND);
      await put(store, "/longer", "2", 6 * SECOND);
      await put(store, "/shorter", "2", 2 * SECOND);
      await put(store, "/forever", "2");
      await elapse(4 * SECOND + lateness);
      const keys = async () => (await store.list("")).entries.map((entry) => entry.key);
      equal(await keys(), ["/forever", "/longer"], "after 7 seconds");
      await elapse(3 * SECOND);
      equal(await keys(), ["/forever"], "after 10 seconds");
    },
  },
  {
    name: "leaves alone a key that was deleted and created again",
    async run(store, { elapse, lateness = 0 }) {
      await put(store, "/a", "1", 2 * SECOND);
      await remove(store, "/a");
      await put(store, "/a", "2");
      await elapse(3 * SECOND + lateness);
      equal(brief(await store.read("/a")), ["/a", "2", 4, 4], "entry");
    },
  },
  {
    name: "does not count a put that failed",
    async run(store, { elapse, lateness = 0 }) {
      await put(store, "/a", "1");
      const value = { bytes: () => new Uint8Array() };
      await store.commit({
        when: [{ key: "/a", modRevision: 1 }],
        then: [{ type: "put", key: "/a", value, ttl: SECOND }],
      });
      await elapse(2 * SECOND + lateness);
      equal(brief(await store.read("/a")), ["/a", "1", 2, 2], "entry");
    },
  },
  {
    name: "ends many lives, each once and with what was there",
    async run(store, { elapse, lateness = 0 }) {
      const watch = watching(store, "/many/");
      for (let index = 0; index < 20; index++) await put(store, `/many/${index}`, `${index}`, 3 * SECOND);
      await put(store, "/stays", "1");
      await elapse(4 * SECOND + lateness);
      const deletions = (await watch.first(40)).slice(20).map((line) => line.replace(/^\d+ /, ""));
      const expected = Array.from({ length: 20 }, (_, index) => `delete /many/${index} (was ${index}@${index + 2})`);
      equal(deletions.toSorted(), expected.toSorted(), "deletions");
      await elapse(SECOND);
      equal([watch.events.length, (await store.list("")).entries.length], [40, 1], "nothing more");
    },
  },
];
