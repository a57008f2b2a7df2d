import { createRealClock } from "@pinnace/clock";
import { createMemoryStore, type Store, StoreError, type StoreEvent } from "@pinnace/store";
import { concatMap, EMPTY, filter, from, map, Observable, of } from "rxjs";
import { describe, expect, it } from "vitest";
import { type RunOptions, run, type Subject } from "../src/run.ts";

/** A store in this process, which is disturbed by nothing but its own faults. */
async function violationsOf(
  spoil: (store: Store) => Store,
  options: Partial<RunOptions> = {},
): Promise<readonly string[]> {
  const memory = createMemoryStore({ clock: createRealClock(), historyLimit: 10_000 });
  const subject: Subject = {
    store: spoil(memory),
    disturb: async () => "nothing",
    settle: async () => undefined,
    stop: () => memory.close(),
  };
  const { violations } = await run(subject, { seed: 3, rounds: 8, patience: 300, ...options });
  await subject.stop();
  return [...new Set(violations.map(({ kind }) => kind))];
}

/** The store with some of its methods replaced. */
const change = (store: Store, methods: Partial<Store>): Store => ({
  read: (key) => store.read(key),
  list: (prefix, options) => store.list(prefix, options),
  commit: (transaction) => store.commit(transaction),
  watch: (prefix, options) => store.watch(prefix, options),
  compact: (revision) => store.compact(revision),
  revision: () => store.revision(),
  requestProgress: () => store.requestProgress(),
  close: () => store.close(),
  ...methods,
});

const watching =
  (spoil: (events: Observable<StoreEvent>) => Observable<StoreEvent>) =>
  (store: Store): Store =>
    change(store, { watch: (prefix, options) => spoil(store.watch(prefix, options)) });

const every = (count: number): (() => boolean) => {
  let calls = 0;
  return () => {
    calls += 1;
    return calls % count === 0;
  };
};

/** Holds each event back until the next one has been delivered. */
const swapped = (events: Observable<StoreEvent>): Observable<StoreEvent> => {
  let held: StoreEvent | undefined;
  return events.pipe(
    concatMap((event) => {
      const both = held === undefined || event.revision === held.revision ? undefined : [event, held];
      held = both === undefined ? event : undefined;
      return both === undefined ? EMPTY : from(both);
    }),
  );
};

describe("the harness", () => {
  it("finds nothing in a good store", async () => {
    expect(await violationsOf((store) => store)).toEqual([]);
  });

  it.each<[string, (store: Store) => Store, string]>([
    [
      "acknowledges writes that it does not make",
      (store) => {
        const lies = every(20);
        return change(store, {
          commit: async (transaction) =>
            lies() ? { succeeded: true, revision: (await store.revision()) + 1 } : store.commit(transaction),
        });
      },
      "one revision for two commits",
    ],
    [
      "makes writes that it refuses",
      (store) => {
        const lies = every(20);
        return change(store, {
          commit: async (transaction) => {
            const commit = await store.commit(transaction);
            if (lies()) throw new StoreError("NO_SPACE", "full");
            return commit;
          },
        });
      },
      "refused write happened",
    ],
    [
      "does not look at conditions",
      (store) => change(store, { commit: ({ then }) => store.commit({ when: [], then }) }),
      "lost update",
    ],
    [
      "reads what was there a while ago",
      (store) => {
        const known = new Map<string, Awaited<ReturnType<Store["read"]>>>();
        return change(store, {
          read: async (key) => {
            if (!known.has(key)) known.set(key, await store.read(key));
            return known.get(key);
          },
        });
      },
      "stale read",
    ],
    [
      "lists what was there a while ago",
      (store) => {
        let revision: number | undefined;
        return change(store, {
          compact: async () => undefined,
          list: async (prefix, options) => {
            revision ??= await store.revision();
            return store.list(prefix, { revision, ...options });
          },
        });
      },
      "stale list",
    ],
    [
      "leaves entries out of lists",
      (store) =>
        change(store, {
          list: async (prefix, options) => {
            const page = await store.list(prefix, options);
            return { ...page, entries: page.entries.filter(({ key }) => !key.endsWith("3")) };
          },
        }),
      "inconsistent list",
    ],
    [
      "loses events",
      (store) => {
        const loses = every(25);
        return watching((events) => events.pipe(filter(() => !loses())))(store);
      },
      "missing event",
    ],
    ["delivers events twice", watching((events) => events.pipe(concatMap((event) => of(event, event)))), "event twice"],
    ["delivers events in another order", watching(swapped), "watch went back"],
    [
      "delivers events without what was before",
      watching((events) => events.pipe(map((event) => ({ ...event, previous: undefined })))),
      "wrong event",
    ],
    [
      "delivers half of a commit",
      watching((events) => {
        let before = 0;
        return events.pipe(
          filter(({ revision }) => {
            const isFirst = revision !== before;
            before = revision;
            return isFirst;
          }),
        );
      }),
      "torn commit",
    ],
    [
      "delivers the past to watches of the future",
      (store) =>
        change(store, {
          watch: (prefix, options = {}) =>
            store.watch(prefix, { ...options, from: Math.max(1, (options.from ?? 1) - 5) }),
        }),
      "event of the past",
    ],
    [
      "says that a watch is up to date before it is",
      (store) =>
        change(store, {
          watch: (prefix, options = {}) =>
            new Observable((subscriber) => {
              const { onProgress, ...rest } = options;
              const ahead = (): void => void store.revision().then((revision) => onProgress?.(revision + 2));
              const timer = setInterval(ahead, 1);
              subscriber.add(() => clearInterval(timer));
              return store.watch(prefix, rest).subscribe(subscriber);
            }),
        }),
      "progress ahead of events",
    ],
  ])("catches a store that %s", async (_, spoil, kind) => {
    expect(await violationsOf(spoil)).toContain(kind);
  });
});
