import { setImmediate as nextTurn } from "node:timers/promises";
import { BytesValue, type Commit, type Entry, type MemoryStore, type Page } from "../src/index.ts";
import { changed, copyOf, type Faults, revisionOf } from "./faulty-store.ts";

const last = <T>(values: readonly T[]): T => values.at(-1) as T;

/** What may be wrong with reads, lists and commits. */
export const readAndWriteFaults: Faults = {
  "acknowledges a write that it loses": [
    "commits",
    (good) => {
      let commits = 0;
      return {
        commit: async (transaction) => {
          if (++commits % 3 !== 0) return good.commit(transaction);
          return { succeeded: true, revision: (await revisionOf(good)) + 1 };
        },
      };
    },
  ],
  "applies the mutations of a commit one by one": [
    "commits",
    (good) => ({
      commit: async ({ when, then }) => {
        let commit: Commit = await good.commit({ when, then: then.slice(0, 1) });
        for (const mutation of commit.succeeded ? then.slice(1) : [])
          commit = await good.commit({ when: [], then: [mutation] });
        return commit;
      },
    }),
  ],
  "ignores conditions": ["commits", (good) => ({ commit: ({ then }) => good.commit({ when: [], then }) })],
  "looks at the first condition only": [
    "commits",
    (good) => ({ commit: ({ when, then }) => good.commit({ when: when.slice(0, 1), then }) }),
  ],
  "checks conditions before it waits, and writes afterwards": [
    "commits",
    (good) => ({
      commit: async ({ when, then }) => {
        const checked = await good.commit({ when, then: [] });
        await nextTurn();
        return checked.succeeded ? good.commit({ when: [], then }) : checked;
      },
    }),
  ],
  "does not say what is there instead": [
    "commits",
    (good) => ({
      commit: async (transaction) => {
        const commit = await good.commit(transaction);
        return commit.succeeded ? commit : { ...commit, current: commit.current.map(() => undefined) };
      },
    }),
  ],
  "counts a commit that changes nothing": [
    "commits",
    (good) => ({
      commit: async (transaction) => {
        const before = await revisionOf(good);
        const commit = await good.commit(transaction);
        return commit.succeeded && commit.revision === before ? { ...commit, revision: before + 1 } : commit;
      },
    }),
  ],
  "takes malformed commits": [
    "commits",
    (good) => ({
      commit: async (transaction) =>
        good.commit(transaction).catch(async () => ({ succeeded: true, revision: await revisionOf(good) }) as const),
    }),
  ],
  "forgets when a key was created": [
    "reads",
    (good) => ({
      read: async (key) => {
        const entry = await good.read(key);
        return entry && changed(entry, { createRevision: entry.modRevision });
      },
    }),
  ],
  "serves a stale read": [
    "commits",
    (good) => {
      const seen = new Map<string, Entry | undefined>();
      return {
        read: async (key) => {
          const [stale, fresh] = [seen.get(key), await good.read(key)];
          seen.set(key, fresh);
          return stale ?? fresh;
        },
      };
    },
  ],
  "reads from a copy that is behind by a turn": [
    "reads",
    (good) => {
      let copy: MemoryStore | undefined;
      return {
        commit: async (transaction) => {
          copy = await copyOf(good);
          const commit = await good.commit(transaction);
          setImmediate(() => {
            copy = undefined;
          });
          return commit;
        },
        read: (key) => (copy ?? good).read(key),
      };
    },
  ],
  "lists an older snapshot than it says": [
    "lists",
    (good) => {
      let before: Page | undefined;
      return {
        list: async (prefix, options) => {
          const page = await good.list(prefix, options);
          const stale = options === undefined ? before : undefined;
          before = page;
          return stale === undefined ? page : { ...stale, revision: page.revision };
        },
      };
    },
  ],
  "shows commits of a moment ago in a list and not in its revision": [
    "consistency",
    (good) => ({ list: async (prefix, options) => ({ ...(await good.list(prefix, options)), revision: 1 }) }),
  ],
  "shows half of a commit": [
    "consistency",
    (good) => ({
      list: async (prefix, options) => {
        const first = await good.list(prefix, { ...options, limit: 1 });
        await nextTurn();
        const startAfter = first.entries[0]?.key;
        if (startAfter === undefined || options?.limit !== undefined) return good.list(prefix, options);
        const rest = await good.list(prefix, { ...options, startAfter });
        return { ...rest, entries: [...first.entries, ...rest.entries] };
      },
    }),
  ],
  "counts wrongly what follows a page": [
    "lists",
    (good) => ({
      list: async (prefix, options) => {
        const page = await good.list(prefix, options);
        return page.remaining > 1 ? { ...page, remaining: page.remaining - 1 } : page;
      },
    }),
  ],
  "counts what follows a page in the newest snapshot": [
    "lists",
    (good) => ({
      list: async (prefix, options) => {
        const page = await good.list(prefix, options);
        const { startAfter = last(page.entries)?.key } = { startAfter: last(page.entries)?.key };
        if (startAfter === undefined || page.remaining === 0) return page;
        return { ...page, remaining: (await good.list(prefix, { startAfter })).entries.length };
      },
    }),
  ],
  "cuts following pages from the newest snapshot": [
    "lists",
    (good) => ({
      list: async (prefix, { revision, ...options } = {}) => {
        const page = await good.list(prefix, options);
        return revision === undefined ? page : { ...page, revision };
      },
    }),
  ],
  "lists the key that a page starts after": [
    "lists",
    (good) => ({
      list: async (prefix, { startAfter, ...options } = {}) => {
        const page = await good.list(prefix, { ...options, ...(startAfter === undefined ? {} : { startAfter }) });
        const again = startAfter?.startsWith(prefix) ? await good.read(startAfter) : undefined;
        return again === undefined ? page : { ...page, entries: [again, ...page.entries] };
      },
    }),
  ],
  "orders keys by UTF-16": [
    "lists",
    (good) => ({
      list: async (prefix, options) => {
        const page = await good.list(prefix, options);
        return { ...page, entries: page.entries.toSorted((a, b) => (a.key < b.key ? -1 : 1)) };
      },
    }),
  ],
  "lists a key that only equals the prefix without its last letter": [
    "lists",
    (good) => ({
      list: async (prefix, options) => {
        const page = await good.list(prefix, options);
        const parent = prefix.length > 1 ? await good.read(prefix.slice(0, -1)) : undefined;
        return parent === undefined ? page : { ...page, entries: [parent, ...page.entries] };
      },
    }),
  ],
  "lists the newest when asked for the future": [
    "lists",
    (good) => ({
      list: async (prefix, options) => {
        const newest = await revisionOf(good);
        return (options?.revision ?? 0) > newest ? good.list(prefix) : good.list(prefix, options);
      },
    }),
  ],
  "returns entries that are not frozen": [
    "reads",
    (good) => ({
      read: async (key) => {
        const entry = await good.read(key);
        return entry && { ...entry };
      },
    }),
  ],
  "loses empty values": [
    "reads",
    (good) => ({
      read: async (key) => {
        const entry = await good.read(key);
        return entry?.value.bytes().length === 0 ? undefined : entry;
      },
    }),
  ],
  "keeps values as text": [
    "reads",
    (good) => ({
      read: async (key) => {
        const entry = await good.read(key);
        if (entry === undefined) return undefined;
        const text = new TextDecoder().decode(entry.value.bytes());
        return changed(entry, { value: new BytesValue(new TextEncoder().encode(text)) });
      },
    }),
  ],
};
