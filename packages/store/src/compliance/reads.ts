import { brief, equal, put, refused, remove } from "./assert.ts";
import type { StoreCase } from "./case.ts";

/** Store.read and Store.revision. */
export const reads: readonly StoreCase[] = [
  {
    name: "starts empty at revision 1",
    async run(store) {
      equal(await store.revision(), 1, "revision");
      equal(await store.list(""), { entries: [], revision: 1, remaining: 0 }, "list");
    },
  },
  {
    name: "reads the newest entry of a key with the revisions of its creation and last write",
    async run(store) {
      equal(await put(store, "/a", "one"), 2, "first put");
      equal(await put(store, "/b", "other"), 3, "second put");
      equal(await put(store, "/a", "two"), 4, "third put");
      equal(brief(await store.read("/a")), ["/a", "two", 2, 4], "entry");
      equal(await store.revision(), 4, "revision");
    },
  },
  {
    name: "reads undefined where no key is, also not one whose beginning it is",
    async run(store) {
      await put(store, "/a/b", "x");
      equal(brief(await store.read("/a")), undefined, "prefix of a key");
      equal(brief(await store.read("/a/b/c")), undefined, "longer than a key");
    },
  },
  {
    name: "starts a key's life anew after its deletion",
    async run(store) {
      await put(store, "/a", "one");
      equal(await remove(store, "/a"), 3, "deletion");
      equal(brief(await store.read("/a")), undefined, "deleted");
      await put(store, "/a", "two");
      equal(brief(await store.read("/a")), ["/a", "two", 4, 4], "created again");
    },
  },
  {
    name: "returns frozen entries",
    async run(store) {
      await put(store, "/a", "one");
      const entry = await store.read("/a");
      equal(Object.isFrozen(entry), true, "read");
      equal((await store.list("")).entries.every(Object.isFrozen), true, "list");
    },
  },
  {
    name: "keeps any bytes, among them none at all",
    async run(store) {
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      for (const [key, content] of [
        ["/all", bytes],
        ["/none", new Uint8Array()],
      ] as const) {
        await store.commit({ when: [], then: [{ type: "put", key, value: { bytes: () => content } }] });
        const kept = (await store.read(key))?.value.bytes();
        equal(kept === undefined ? "no entry" : [...kept], [...content], key);
      }
    },
  },
  {
    name: "refuses what is not a key",
    async run(store) {
      await refused(store.read(""), "INVALID", "empty key");
      await refused(store.read("/\ud800"), "INVALID", "lone surrogate");
    },
  },
  {
    name: "reads what was written, at once and by everybody",
    async run(store) {
      const writes = Array.from({ length: 50 }, async (_, index) => {
        const revision = await put(store, `/k${index}`, `${index}`);
        const entry = await store.read(`/k${index}`);
        equal(entry?.modRevision, revision, `read after write ${index}`);
        equal((await store.revision()) >= revision, true, "revision after write");
      });
      await Promise.all(writes);
      equal(await store.revision(), 51, "revision after all");
    },
  },
];
