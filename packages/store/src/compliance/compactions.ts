import { brief, equal, put, refused, remove } from "./assert.ts";
import type { StoreCase } from "./case.ts";
import { watching } from "./watching.ts";

/** Store.compact. */
export const compactions: readonly StoreCase[] = [
  {
    name: "refuses snapshots and watches from before a compaction, and only those",
    async run(store) {
      for (const content of ["1", "2", "3", "4"]) await put(store, "/a", content);
      await store.compact(4);
      await refused(store.list("", { revision: 3 }), "COMPACTED", "list at 3");
      equal(await watching(store, "", { from: 3 }).ended(), "COMPACTED", "watch from 3");
      equal(await watching(store, "").stop(), undefined, "watch from now on");
      equal((await store.list("", { revision: 4 })).entries.map(brief), [["/a", "3", 2, 4]], "list at 4");
      equal(await watching(store, "", { from: 4 }).first(1), ["5 put /a=4 (was 3@4)"], "watch from 4");
      equal(brief(await store.read("/a")), ["/a", "4", 2, 5], "read");
    },
  },
  {
    name: "loses no event at the border of a compaction, deletions included",
    async run(store) {
      await put(store, "/a", "1");
      await put(store, "/b", "1");
      await remove(store, "/a");
      await store.compact(3);
      equal(await watching(store, "", { from: 3 }).first(1), ["4 delete /a (was 1@2)"], "deletion after the border");
      await store.compact(4);
      equal((await store.list("", { revision: 4 })).entries.map(brief), [["/b", "1", 3, 3]], "deleted at the border");
      await put(store, "/c", "1");
      equal(await watching(store, "", { from: 4 }).first(1), ["5 put /c=1"], "watch from the border");
    },
  },
  {
    name: "does not disturb watches that are up to date",
    async run(store) {
      const watch = watching(store, "");
      await put(store, "/a", "1");
      await put(store, "/a", "2");
      await watch.first(2);
      await store.compact(3);
      await put(store, "/a", "3");
      equal(await watch.first(3), ["2 put /a=1", "3 put /a=2 (was 1@2)", "4 put /a=3 (was 2@3)"], "events");
    },
  },
  {
    name: "ends the pages of a snapshot that is compacted",
    async run(store) {
      for (const key of ["/a", "/b", "/c"]) await put(store, key, "1");
      const first = await store.list("", { limit: 1 });
      await put(store, "/d", "1");
      await store.compact(5);
      const second = store.list("", { limit: 1, startAfter: "/a", revision: first.revision });
      await refused(second, "COMPACTED", "second page");
    },
  },
  {
    name: "keeps the revision, and takes no harm from compacting again or earlier",
    async run(store) {
      for (const content of ["1", "2", "3"]) await put(store, "/a", content);
      await store.compact(3);
      await store.compact(3);
      await store.compact(2);
      equal(await store.revision(), 4, "revision");
      await refused(store.list("", { revision: 2 }), "COMPACTED", "list at 2");
    },
  },
  {
    name: "refuses to compact the future and nonsense",
    async run(store) {
      await refused(store.compact(2), "FUTURE_REVISION", "2");
      for (const revision of [0, -1, 1.5, Number.NaN]) await refused(store.compact(revision), "INVALID", `${revision}`);
      await store.compact(1);
    },
  },
];
