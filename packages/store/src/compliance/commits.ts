import type { Commit } from "../store.ts";
import { apply, brief, equal, put, refused, remove, text, textOf } from "./assert.ts";
import type { StoreCase } from "./case.ts";

function currentOf(commit: Commit): unknown {
  if (commit.succeeded) throw new Error("the commit should not have succeeded");
  return commit.current.map(brief);
}

/** Far more than a writer among 15 can lose while each round has a winner. */
const ATTEMPTS = 500;

/** Store.commit. */
export const commits: readonly StoreCase[] = [
  {
    name: "gives all mutations of a commit one new revision",
    async run(store) {
      await put(store, "/a", "one");
      const then = [
        { type: "put", key: "/b", value: text("b") },
        { type: "delete", key: "/a" },
        { type: "put", key: "/c", value: text("c") },
      ] as const;
      equal(await apply(store, ...then), 3, "revision");
      equal(
        (await store.list("")).entries.map(brief),
        [
          ["/b", "b", 3, 3],
          ["/c", "c", 3, 3],
        ],
        "entries",
      );
    },
  },
  {
    name: "changes nothing unless all conditions hold, and says what is there instead",
    async run(store) {
      await put(store, "/a", "one");
      const commit = await store.commit({
        when: [
          { key: "/a", modRevision: 2 },
          { key: "/missing", modRevision: 0 },
          { key: "/a", modRevision: 1 },
        ],
        then: [{ type: "put", key: "/a", value: text("two") }],
      });
      equal(currentOf(commit), [["/a", "one", 2, 2], null, ["/a", "one", 2, 2]], "current");
      equal([commit.revision, await store.revision()], [2, 2], "revision");
      equal(textOf(await store.read("/a")), "one", "value");
    },
  },
  {
    name: "takes modRevision 0 as: the key does not exist",
    async run(store) {
      const create = {
        when: [{ key: "/a", modRevision: 0 }],
        then: [{ type: "put", key: "/a", value: text("x") }],
      } as const;
      equal(await store.commit(create), { succeeded: true, revision: 2 }, "create");
      equal(currentOf(await store.commit(create)), [["/a", "x", 2, 2]], "create again");
      await remove(store, "/a");
      equal(await store.commit(create), { succeeded: true, revision: 4 }, "create after deletion");
    },
  },
  {
    name: "checks conditions on keys that it does not change",
    async run(store) {
      await put(store, "/guard", "1");
      const guarded = {
        when: [{ key: "/guard", modRevision: 2 }],
        then: [{ type: "put", key: "/a", value: text("x") }],
      } as const;
      equal((await store.commit(guarded)).succeeded, true, "guard holds");
      await put(store, "/guard", "2");
      equal(currentOf(await store.commit(guarded)), [["/guard", "2", 2, 4]], "guard moved");
    },
  },
  {
    name: "keeps the revision when a commit changes nothing",
    async run(store) {
      equal(await remove(store, "/missing"), 1, "deletion of a missing key");
      equal(await store.commit({ when: [], then: [] }), { succeeded: true, revision: 1 }, "empty commit");
      equal(
        await store.commit({ when: [{ key: "/a", modRevision: 0 }], then: [] }),
        { succeeded: true, revision: 1 },
        "only a condition",
      );
      const failed = await store.commit({ when: [{ key: "/a", modRevision: 7 }], then: [] });
      equal([currentOf(failed), failed.revision], [[null], 1], "a condition that does not hold");
      equal(await put(store, "/a", "x"), 2, "the next change");
    },
  },
  {
    name: "counts a put of the same value as a change",
    async run(store) {
      await put(store, "/a", "same");
      equal(await put(store, "/a", "same"), 3, "revision");
      equal(brief(await store.read("/a")), ["/a", "same", 2, 3], "entry");
    },
  },
  {
    name: "refuses malformed commits as a whole",
    async run(store) {
      const value = text("x");
      const good = { type: "put", key: "/good", value } as const;
      const bad = [
        { when: [], then: [good, { type: "put", key: "", value }] },
        { when: [], then: [good, { type: "delete", key: "/good" }] },
        { when: [], then: [good, { type: "put", key: "/\udc00", value }] },
        { when: [{ key: "", modRevision: 0 }], then: [good] },
        { when: [{ key: "/a", modRevision: -1 }], then: [good] },
        { when: [{ key: "/a", modRevision: 0.5 }], then: [good] },
        { when: [], then: [{ ...good, ttl: 0 }] },
        { when: [], then: [{ ...good, ttl: Number.NaN }] },
      ] as const;
      for (const [index, transaction] of bad.entries())
        await refused(store.commit(transaction), "INVALID", `malformed commit ${index}`);
      equal([await store.revision(), (await store.list("")).entries], [1, []], "nothing happened");
    },
  },
  {
    name: "lets exactly one of several writers with the same condition win",
    async run(store) {
      const attempts = Array.from({ length: 20 }, (_, index) =>
        store.commit({
          when: [{ key: "/lease", modRevision: 0 }],
          then: [{ type: "put", key: "/lease", value: text(`${index}`) }],
        }),
      );
      const results = await Promise.all(attempts);
      equal(results.filter((result) => result.succeeded).length, 1, "winners");
      const winner = results.findIndex((result) => result.succeeded);
      equal(textOf(await store.read("/lease")), `${winner}`, "value");
      for (const result of results) if (!result.succeeded) equal(result.current[0]?.modRevision, 2, "what losers see");
    },
  },
  {
    name: "loses no update of writers that read, compare and set",
    async run(store) {
      const increment = async (): Promise<void> => {
        for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
          const entry = await store.read("/counter");
          const next = text(`${Number(textOf(entry) ?? 0) + 1}`);
          const when = [{ key: "/counter", modRevision: entry?.modRevision ?? 0 }];
          if ((await store.commit({ when, then: [{ type: "put", key: "/counter", value: next }] })).succeeded) return;
        }
        throw new Error(`a writer lost ${ATTEMPTS} times in a row`);
      };
      await Promise.all(Array.from({ length: 15 }, increment));
      equal(brief(await store.read("/counter")), ["/counter", "15", 2, 16], "counter");
    },
  },
  {
    name: "applies commits in the order of their revisions",
    async run(store) {
      const writes = Array.from(
        { length: 40 },
        async (_, index) => [await put(store, "/last", `${index}`), `${index}`] as const,
      );
      const done = (await Promise.all(writes)).toSorted(([a], [b]) => a - b);
      equal(
        done.map(([revision]) => revision),
        Array.from({ length: 40 }, (_, index) => index + 2),
        "revisions",
      );
      equal(textOf(await store.read("/last")), done.at(-1)?.[1], "the last one's value");
      for (const [revision, content] of done)
        equal(textOf((await store.list("/last", { revision })).entries[0]), content, `at ${revision}`);
    },
  },
  {
    name: "takes a hundred mutations in one commit, large values and long keys",
    async run(store) {
      const then = Array.from({ length: 100 }, (_, index) => {
        const key = `/many/${String(index).padStart(3, "0")}`;
        return { type: "put", key, value: text(`${index}`) } as const;
      });
      equal(await apply(store, ...then), 2, "revision");
      const { entries } = await store.list("/many/");
      equal([entries.length, new Set(entries.map((entry) => entry.modRevision)).size], [100, 1], "one revision");
      const large = new Uint8Array(1 << 20).map((_, index) => index % 251);
      const key = `/long/${"é".repeat(1000)}`;
      await apply(store, { type: "put", key, value: { bytes: () => large } });
      const kept = (await store.read(key))?.value.bytes();
      equal(
        kept !== undefined && kept.length === large.length && kept.every((byte, at) => byte === large[at]),
        true,
        key,
      );
    },
  },
];
