import { Observable } from "rxjs";
import { type MemoryStore, StoreError, type StoreEvent } from "../src/index.ts";
import { copyOf, type Faults, revisionOf, watchChanged } from "./faulty-store.ts";

const isPut = (event: StoreEvent): event is StoreEvent & { type: "put" } => event.type === "put";

/** What may be wrong with watches, revisions, compactions, times to live and closing. */
export const watchAndLifeFaults: Faults = {
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
