import { setImmediate as nextTurn } from "node:timers/promises";
import { Observable } from "rxjs";
import {
  BytesValue,
  type Commit,
  type Entry,
  type MemoryStore,
  type Page,
  type Store,
  StoreError,
  type StoreEvent,
} from "../src/index.ts";
import { changed, type Fault, watchChanged } from "./faulty-store.ts";

const isPut = (event: StoreEvent): event is StoreEvent & { type: "put" } => event.type === "put";
const revisionOf = async (store: Store): Promise<number> => store.revision();
const last = <T>(values: readonly T[]): T => values.at(-1) as T;

/** The store as it is now; undefined when it is closed. */
const copyOf = async (good: MemoryStore): Promise<MemoryStore | undefined> =>
  good.revision().then(
    () => good.fork(),
    () => undefined,
  );

/** Each fault, and the part of the suite that has to find it. */
export const faults: Readonly<Record<string, readonly [part: string, fault: Fault]>> = {
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
  "repeats an event": [
    "watches",
    (good) => watchChanged(good, (event, index) => (index % 3 === 1 ? [event, event] : [event])),
  ],
  "swaps two events": [
    "watches",
    (good) => {
      let held: StoreEvent | undefined;
      return watchChanged(good, (event, index) => {
        if (index === 1) {
          held = event;
          return [];
        }
        const events = held === undefined ? [event] : [event, held];
        held = undefined;
        return events;
      });
    },
  ],
  "skips an event": ["watches", (good) => watchChanged(good, (event, index) => (index === 2 ? [] : [event]))],
  "skips deletions": ["watches", (good) => watchChanged(good, (event) => (isPut(event) ? [event] : []))],
  "skips the second event of a commit": [
    "watches",
    (good) => {
      let before = 0;
      return watchChanged(good, (event) => {
        const again = event.revision === before;
        before = event.revision;
        return again ? [] : [event];
      });
    },
  ],
  "orders the events of a commit by key": [
    "watches",
    (good) => ({
      commit: ({ when, then }) => good.commit({ when, then: then.toSorted((a, b) => (a.key < b.key ? -1 : 1)) }),
    }),
  ],
  "does not say what was there before": [
    "watches",
    (good) => watchChanged(good, (event) => [Object.freeze({ ...event, previous: undefined })]),
  ],
  "begins a watch with the revision itself": [
    "watches",
    (good) => ({
      watch: (prefix, options) =>
        good.watch(prefix, options?.from === undefined ? options : { ...options, from: options.from - 1 }),
    }),
  ],
  "begins a watch one too late": [
    "watches",
    (good) => ({
      watch: (prefix, options) =>
        good.watch(prefix, options?.from === undefined ? options : { ...options, from: options.from + 1 }),
    }),
  ],
  "delivers the past to a watch of the future": [
    "watches",
    (good) => ({
      watch: (prefix, options) =>
        new Observable((subscriber) => {
          let inner: { unsubscribe(): void } | undefined;
          void revisionOf(good).then((newest) => {
            const from = Math.min(options?.from ?? newest, newest);
            inner = good.watch(prefix, { ...options, from }).subscribe(subscriber);
          });
          return () => inner?.unsubscribe();
        }),
    }),
  ],
  "delivers to a watch whatever its prefix": [
    "watches",
    (good) => ({ watch: (_prefix, options) => good.watch("", options) }),
  ],
  "delivers after a subscriber has left": [
    "watches",
    (good) => ({
      watch: (prefix, options) => {
        const source = good.watch(prefix, options);
        const leaky = (observer: { next?: (event: StoreEvent) => void; error?: (error: unknown) => void }) => {
          source.subscribe({
            next: (event) => observer.next?.(event),
            error: (error: unknown) => observer.error?.(error),
          });
          return { unsubscribe: () => undefined };
        };
        return { subscribe: (next: never) => leaky(typeof next === "function" ? { next } : next) } as never;
      },
    }),
  ],
  "shares one subscription between all": [
    "watches",
    (good) => ({
      watch: (prefix, options) => {
        let source: Observable<StoreEvent> | undefined = good.watch(prefix, options);
        return new Observable((subscriber) => {
          const mine = source;
          source = undefined;
          return mine?.subscribe(subscriber);
        });
      },
    }),
  ],
  "tells of an event before it can be read": [
    "watches",
    (good) => {
      let copy: MemoryStore | undefined;
      return {
        commit: async (transaction) => {
          copy = await copyOf(good);
          const commit = await good.commit(transaction);
          copy = undefined;
          return commit;
        },
        read: (key) => (copy ?? good).read(key),
        revision: () => (copy ?? good).revision(),
      };
    },
  ],
  "goes back in time": [
    "consistency",
    (good) => {
      let calls = 0;
      return { revision: async () => (await revisionOf(good)) - (++calls % 5 === 0 ? 1 : 0) };
    },
  ],
  "refuses with an older revision": [
    "consistency",
    (good) => ({
      commit: async (transaction) => {
        const commit = await good.commit(transaction);
        return commit.succeeded ? commit : { ...commit, revision: 1 };
      },
    }),
  ],
  "tells of progress ahead of events": [
    "progress",
    (good) => ({
      watch: (prefix, options) => {
        options?.onProgress?.(1_000);
        return good.watch(prefix, options);
      },
    }),
  ],
  "never tells of progress": ["progress", () => ({ requestProgress: async () => undefined })],
  "does not compact": ["compactions", () => ({ compact: async () => undefined })],
  "compacts one revision too many": [
    "compactions",
    (good) => ({
      compact: async (revision) => good.compact(Math.min(revision + 1, Math.max(revision, await revisionOf(good)))),
    }),
  ],
  "loses a deletion at the border of a compaction": [
    "compactions",
    (good) => {
      let border = 0;
      return {
        compact: async (revision) => {
          await good.compact(revision);
          border = revision;
        },
        ...watchChanged(good, (event) => (!isPut(event) && event.revision === border + 1 ? [] : [event])),
      };
    },
  ],
  "ends watches that are up to date with a compaction": [
    "compactions",
    (good) => {
      const open = new Set<(error: unknown) => void>();
      return {
        watch: (prefix, options) =>
          new Observable((subscriber) => {
            open.add((error) => subscriber.error(error));
            return good.watch(prefix, options).subscribe(subscriber);
          }),
        compact: async (revision) => {
          await good.compact(revision);
          for (const fail of open) fail(new StoreError("COMPACTED", "compacted"));
        },
      };
    },
  ],
  "compacts the future": [
    "compactions",
    (good) => ({ compact: async (revision) => good.compact(Math.min(revision, await revisionOf(good))) }),
  ],
  "serves pages of a compacted snapshot": [
    "compactions",
    (good) => ({
      list: async (prefix, options) =>
        good.list(prefix, options).catch(() => good.list(prefix, { startAfter: options?.startAfter ?? "" })),
    }),
  ],
  "forgets times to live": [
    "lifetimes",
    (good) => ({
      commit: ({ when, then }) =>
        good.commit({
          when,
          then: then.map((mutation) =>
            mutation.type === "put" ? { type: "put", key: mutation.key, value: mutation.value } : mutation,
          ),
        }),
    }),
  ],
  "ends a life too early": [
    "lifetimes",
    (good) => ({
      commit: ({ when, then }) =>
        good.commit({
          when,
          then: then.map((mutation) =>
            mutation.type === "put" && mutation.ttl !== undefined ? { ...mutation, ttl: mutation.ttl / 2 } : mutation,
          ),
        }),
    }),
  ],
  "leaves watches open when it closes": [
    "closings",
    (good) => ({
      watch: (prefix, options) =>
        new Observable((subscriber) => {
          const inner = good.watch(prefix, options).subscribe({
            next: (event) => subscriber.next(event),
            error: () => undefined,
          });
          return () => inner.unsubscribe();
        }),
    }),
  ],
  "answers after it was closed": ["closings", (good) => ({ read: (key) => good.read(key).catch(() => undefined) })],
};
