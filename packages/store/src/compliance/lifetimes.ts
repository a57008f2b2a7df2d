import { brief, equal, put, remove } from "./assert.ts";
import type { StoreCase } from "./case.ts";
import { watching } from "./watching.ts";

const SECOND = 1000;

/** Puts with a time to live. */
export const lifetimes: readonly StoreCase[] = [
  {
    name: "deletes a key when its time to live has passed, and not before",
    async run(store, { elapse }) {
      const watch = watching(store, "");
      await put(store, "/a", "1", 60 * SECOND);
      await elapse(59 * SECOND);
      equal(brief(await store.read("/a")), ["/a", "1", 2, 2], "before");
      await elapse(2 * SECOND);
      equal(await watch.first(2), ["2 put /a=1", "3 delete /a (was 1@2)"], "events");
      equal([await store.read("/a"), await store.revision()], [undefined, 3], "after");
    },
  },
  {
    name: "starts the time anew with each put, and ends it with one that has none",
    async run(store, { elapse }) {
      await put(store, "/longer", "1", 10 * SECOND);
      await put(store, "/shorter", "1", 100 * SECOND);
      await put(store, "/forever", "1", 10 * SECOND);
      await elapse(5 * SECOND);
      await put(store, "/longer", "2", 10 * SECOND);
      await put(store, "/shorter", "2", 2 * SECOND);
      await put(store, "/forever", "2");
      await elapse(6 * SECOND);
      const keys = async () => (await store.list("")).entries.map((entry) => entry.key);
      equal(await keys(), ["/forever", "/longer"], "after 11 seconds");
      await elapse(5 * SECOND);
      equal(await keys(), ["/forever"], "after 16 seconds");
    },
  },
  {
    name: "leaves alone a key that was deleted and created again",
    async run(store, { elapse }) {
      await put(store, "/a", "1", 10 * SECOND);
      await remove(store, "/a");
      await put(store, "/a", "2");
      await elapse(20 * SECOND);
      equal(brief(await store.read("/a")), ["/a", "2", 4, 4], "entry");
    },
  },
  {
    name: "does not count a put that failed",
    async run(store, { elapse }) {
      await put(store, "/a", "1");
      const value = { bytes: () => new Uint8Array() };
      await store.commit({
        when: [{ key: "/a", modRevision: 1 }],
        then: [{ type: "put", key: "/a", value, ttl: SECOND }],
      });
      await elapse(2 * SECOND);
      equal(brief(await store.read("/a")), ["/a", "1", 2, 2], "entry");
    },
  },
];
