import { createVirtualClock } from "@pinnace/clock";
import { Observable } from "rxjs";
import type { StoreHarness } from "../src/compliance/index.ts";
import { createMemoryStore, type Entry, type MemoryStore, type Store, type StoreEvent } from "../src/index.ts";

/** What is wrong with a store: methods that take the place of a good one's. */
export type Fault = (good: MemoryStore) => Partial<Store>;

/** A store that behaves like `good` but for the fault. */
function faulty(good: MemoryStore, fault: Fault): Store {
  const wrong = fault(good) as Record<PropertyKey, unknown>;
  return new Proxy(good, {
    get: (target, name) => {
      if (Object.hasOwn(wrong, name)) return wrong[name];
      const member = Reflect.get(target, name, target) as unknown;
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

/** A harness whose stores have the fault; one that is opened again is a fork of the closed one, so it persists. */
export function faultyHarness(
  fault: Fault,
  reopenFault: (kept: MemoryStore) => Promise<MemoryStore> = async (kept) => kept,
): StoreHarness {
  const clock = createVirtualClock();
  let good = createMemoryStore({ clock });
  let kept = good;
  // Closing drops the deadlines of the memory store, so what persists is a fork that is made before.
  const open = (): Store => {
    const current = good;
    const store = faulty(current, fault);
    const { close } = store;
    let closing: Promise<void> | undefined;
    return new Proxy(store, {
      get: (target, name) => {
        if (name !== "close") return Reflect.get(target, name, target) as unknown;
        return () => {
          closing ??= Promise.resolve().then(() => {
            kept = current.fork();
            return close();
          });
          return closing;
        };
      },
    });
  };
  return {
    open: async () => open(),
    reopen: async () => {
      good = await reopenFault(kept);
      return open();
    },
    elapse: (duration) => clock.advance(duration),
  };
}

/** A watch whose events are changed: each becomes those that `change` returns for it. */
export function watchChanged(
  good: Store,
  change: (event: StoreEvent, index: number) => readonly StoreEvent[],
): Pick<Store, "watch"> {
  return {
    watch: (prefix, options) =>
      new Observable((subscriber) => {
        let index = 0;
        return good.watch(prefix, options).subscribe({
          next: (event) => {
            for (const changed of change(event, index++)) subscriber.next(changed);
          },
          error: (error: unknown) => subscriber.error(error),
        });
      }),
  };
}

/** An entry with something else in it. */
export const changed = (entry: Entry, change: Partial<Entry>): Entry => Object.freeze({ ...entry, ...change });

/** Each fault, and the part of the suite that has to find it. */
export type Faults = Readonly<Record<string, readonly [part: string, fault: Fault]>>;

export const revisionOf = async (store: Store): Promise<number> => store.revision();

/** The store as it is now; undefined when it is closed. */
export const copyOf = async (good: MemoryStore): Promise<MemoryStore | undefined> =>
  good.revision().then(
    () => good.fork(),
    () => undefined,
  );
