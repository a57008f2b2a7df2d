import { apply, brief, equal, put, remove, text } from "./assert.ts";
import type { StoreCase, StoreHarness } from "./case.ts";
import { watching } from "./watching.ts";

function reopen(harness: StoreHarness): ReturnType<StoreHarness["open"]> {
  if (harness.reopen === undefined) throw new Error("the case needs harness.reopen");
  return harness.reopen();
}

/** What an engine that persists keeps from one opening to the next. */
export const durability: readonly StoreCase[] = [
  {
    name: "has after reopening what it had before",
    needs: "reopen",
    async run(store, harness) {
      await put(store, "/a", "1");
      await put(store, "/b", "1");
      await put(store, "/a", "2");
      await remove(store, "/b");
      await apply(
        store,
        { type: "put", key: "/c", value: text("") },
        { type: "put", key: "/é\u{1f600}", value: text("ü") },
      );
      const before = await store.list("");
      await store.close();
      const again = await reopen(harness);
      const after = await again.list("");
      equal([after.revision, after.entries.map(brief)], [before.revision, before.entries.map(brief)], "list");
      equal(await put(again, "/d", "1"), 7, "the next revision");
    },
  },
  {
    name: "counts on from its revision also when nothing is left",
    needs: "reopen",
    async run(store, harness) {
      await put(store, "/a", "1");
      await remove(store, "/a");
      await store.close();
      const again = await reopen(harness);
      equal([await again.revision(), (await again.list("")).entries], [3, []], "state");
    },
  },
  {
    name: "refuses after reopening what it refused before, and either keeps or refuses the rest of the history",
    needs: "reopen",
    async run(store, harness) {
      for (const content of ["1", "2", "3", "4"]) await put(store, "/a", content);
      await store.compact(3);
      await store.close();
      const again = await reopen(harness);
      equal(await watching(again, "", { from: 2 }).ended(), "COMPACTED", "watch from 2");
      const kept = watching(again, "", { from: 4 });
      const first = await Promise.race([kept.first(1), kept.ended()]);
      if (first !== "COMPACTED" && first.length > 0) equal(first, ["5 put /a=4 (was 3@4)"], "watch from 4");
    },
  },
  {
    name: "ends times to live that passed while it was closed, and keeps the others",
    needs: "reopen",
    async run(store, harness) {
      const { lateness = 0 } = harness;
      await put(store, "/short", "1", 2_000);
      await put(store, "/long", "1", 8_000);
      await put(store, "/ended", "1", 2_000);
      await put(store, "/ended", "2");
      await store.close();
      await harness.elapse(3_000 + lateness);
      const again = await reopen(harness);
      await harness.elapse(1);
      equal(
        (await again.list("")).entries.map((entry) => entry.key),
        ["/ended", "/long"],
        "after 3 seconds",
      );
      await harness.elapse(6_000);
      equal(
        (await again.list("")).entries.map((entry) => entry.key),
        ["/ended"],
        "after 9 seconds",
      );
    },
  },
  {
    name: "has after reopening every commit that was acknowledged, and conditions that hold as before",
    needs: "reopen",
    async run(store, harness) {
      const write = async (writer: number): Promise<void> => {
        for (let step = 0; step < 10; step++) await put(store, `/w${writer}`, `${step}`);
      };
      await Promise.all(Array.from({ length: 10 }, (_, writer) => write(writer)));
      const before = await store.list("");
      await store.close();
      const again = await reopen(harness);
      equal((await again.list("")).entries.map(brief), before.entries.map(brief), "entries");
      const [entry] = before.entries;
      const { key = "", modRevision = 0 } = entry ?? {};
      const then = [{ type: "put", key, value: text("next") }] as const;
      equal((await again.commit({ when: [{ key, modRevision: modRevision - 1 }], then })).succeeded, false, "older");
      const commit = await again.commit({ when: [{ key, modRevision }], then });
      equal(commit, { succeeded: true, revision: 102 }, "newest");
      equal(brief(await again.read(key)), [key, "next", entry?.createRevision, 102], "entry");
    },
  },
];
