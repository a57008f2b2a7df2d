import type { Page, Store } from "../store.ts";
import { brief, equal, put, refused, remove } from "./assert.ts";
import type { StoreCase } from "./case.ts";

const keysOf = (page: Page): string[] => page.entries.map((entry) => entry.key);

async function fill(store: Store, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await put(store, key, key);
}

/** Store.list. */
export const lists: readonly StoreCase[] = [
  {
    name: "lists exactly the keys that start with the prefix",
    async run(store) {
      await fill(store, "/a", "/a/1", "/a/2", "/ab", "/b", "/", "0");
      equal(keysOf(await store.list("/a/")), ["/a/1", "/a/2"], "/a/");
      equal(keysOf(await store.list("/a")), ["/a", "/a/1", "/a/2", "/ab"], "/a");
      equal(keysOf(await store.list("")), ["/", "/a", "/a/1", "/a/2", "/ab", "/b", "0"], "everything");
      equal(keysOf(await store.list("/c")), [], "nothing");
      equal((await store.list("/a")).entries.map(brief)[1], ["/a/1", "/a/1", 3, 3], "entry");
    },
  },
  {
    name: "orders keys by their UTF-8 bytes",
    async run(store) {
      const keys = ["a", "z", "é", "\u07ff", "\ue000", "\uffff", "\u{10000}", "\u{1f600}"];
      await fill(store, ...keys.toReversed());
      equal(keysOf(await store.list("")), keys, "order");
      equal(keysOf(await store.list("", { startAfter: "\uffff" })), ["\u{10000}", "\u{1f600}"], "startAfter");
    },
  },
  {
    name: "cuts pages and says how many entries follow",
    async run(store) {
      await fill(store, "/p/1", "/p/2", "/p/3", "/p/4", "/p/5", "/q");
      const first = await store.list("/p/", { limit: 2 });
      equal([keysOf(first), first.remaining], [["/p/1", "/p/2"], 3], "first page");
      const last = await store.list("/p/", { limit: 4, startAfter: "/p/2" });
      equal([keysOf(last), last.remaining], [["/p/3", "/p/4", "/p/5"], 0], "last page");
      const exact = await store.list("/p/", { limit: 5 });
      equal([exact.entries.length, exact.remaining], [5, 0], "limit as large as the list");
      const all = await store.list("/p/", { limit: 0 });
      equal([all.entries.length, all.remaining], [5, 0], "limit 0");
    },
  },
  {
    name: "starts after a key that need not exist, nor have the prefix",
    async run(store) {
      await fill(store, "/p/1", "/p/3");
      equal(keysOf(await store.list("/p/", { startAfter: "/p/2" })), ["/p/3"], "between");
      equal(keysOf(await store.list("/p/", { startAfter: "/a" })), ["/p/1", "/p/3"], "before the prefix");
      equal(keysOf(await store.list("/p/", { startAfter: "/z" })), [], "after the prefix");
      equal(keysOf(await store.list("/p/", { startAfter: "/p/3" })), [], "the last");
    },
  },
  {
    name: "reads all pages from the snapshot of the first one",
    async run(store) {
      await fill(store, "/p/1", "/p/2", "/p/3", "/p/4");
      const first = await store.list("/p/", { limit: 2 });
      await remove(store, "/p/3");
      await put(store, "/p/4", "changed");
      await fill(store, "/p/2b", "/p/5");
      const second = await store.list("/p/", { limit: 2, startAfter: "/p/2", revision: first.revision });
      equal(
        second.entries.map(brief),
        [
          ["/p/3", "/p/3", 4, 4],
          ["/p/4", "/p/4", 5, 5],
        ],
        "second page",
      );
      equal([second.revision, second.remaining], [first.revision, 0], "its snapshot");
      equal(keysOf(await store.list("/p/")), ["/p/1", "/p/2", "/p/2b", "/p/4", "/p/5"], "newest");
    },
  },
  {
    name: "lists any past revision that is kept",
    async run(store) {
      const history: unknown[] = [];
      for (let step = 0; step < 30; step++) {
        if (step % 3 === 2) await remove(store, `/k/${step % 4}`);
        else await put(store, `/k/${step % 7}`, `${step}`);
        history[await store.revision()] = (await store.list("/k/")).entries.map(brief);
      }
      for (const [revision, entries] of history.entries()) {
        if (entries === undefined) continue;
        const page = await store.list("/k/", { revision });
        equal([page.revision, page.entries.map(brief)], [revision, entries], `revision ${revision}`);
      }
      equal((await store.list("", { revision: 1 })).entries, [], "before the first write");
    },
  },
  {
    name: "counts what follows a page in its own snapshot, not in the newest",
    async run(store) {
      await fill(store, "/p/1", "/p/2", "/p/3", "/p/4", "/q");
      const { revision } = await store.list("/p/", { limit: 1 });
      await fill(store, "/p/5", "/p/6");
      await remove(store, "/p/1");
      const past = await store.list("/p/", { limit: 1, revision });
      equal([keysOf(past), past.remaining], [["/p/1"], 3], "the snapshot");
      const newest = await store.list("/p/", { limit: 1 });
      equal([keysOf(newest), newest.remaining], [["/p/2"], 4], "the newest");
      const beyond = await store.list("/p/", { limit: 3, startAfter: "/p/1", revision });
      equal([keysOf(beyond), beyond.remaining], [["/p/2", "/p/3", "/p/4"], 0], "the last page");
    },
  },
  {
    name: "refuses a revision that has not come",
    async run(store) {
      await refused(store.list("", { revision: 2 }), "FUTURE_REVISION", "list");
      await put(store, "/a", "one");
      equal(keysOf(await store.list("", { revision: 2 })), ["/a"], "once it has come");
    },
  },
  {
    name: "refuses malformed options",
    async run(store) {
      for (const options of [{ limit: -1 }, { limit: 1.5 }, { limit: Number.NaN }, { revision: 0 }, { revision: 1.5 }])
        await refused(store.list("", options), "INVALID", JSON.stringify(options));
    },
  },
];
