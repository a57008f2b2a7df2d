import type { Condition, Store } from "@pinnace/store";
import type { Seen, Write } from "./history.ts";
import type { Random } from "./random.ts";
import type { RecordedWatch, Recorder } from "./recorder.ts";

/** How often clients do what, relative to each other. */
export interface Habits {
  readonly put: number;
  readonly update: number;
  readonly remove: number;
  /** Several keys in one commit. */
  readonly several: number;
  readonly read: number;
  readonly list: number;
  readonly revision: number;
  readonly compact: number;
  readonly progress: number;
  /** The whole harness stands still for a moment, as a reader does that is too slow. */
  readonly stall: number;
  /** A watch starts at a revision that is still to come. */
  readonly future: number;
}

export const COMMON_HABITS: Habits = {
  put: 4,
  update: 4,
  remove: 2,
  several: 2,
  read: 4,
  list: 2,
  revision: 1,
  compact: 0.2,
  progress: 1,
  stall: 0,
  future: 0.2,
};

interface TrafficOptions {
  readonly store: Store;
  readonly recorder: Recorder;
  readonly random: Random;
  readonly habits: Habits;
  readonly clients: number;
  readonly watchers: number;
  /** Ends the traffic. */
  readonly signal: AbortSignal;
  /** Ends also what waits for the store, which will not come back. */
  readonly abandoned: AbortSignal;
}

interface Surroundings extends TrafficOptions {
  /**
   * How far the watch is that sees everything. What it has not seen is not compacted, so that of every commit without an
   * answer it is known whether it happened.
   */
  readonly seen: () => number;
}

export const PREFIXES: readonly string[] = ["/a/", "/b/"];
const KEYS = PREFIXES.flatMap((prefix) => Array.from({ length: 5 }, (_, index) => `${prefix}${index}`));
const COMPACTION_LAG = 5;
/** Milliseconds. */
const STALL = 150;

const rest = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Clients that write and read and watchers that come back until the signal. Resolves when all have stopped. */
export async function traffic(options: TrafficOptions): Promise<readonly RecordedWatch[]> {
  let observing = options.recorder.watch(options.store, "", await newest(options));
  const surroundings = { ...options, seen: () => observing.last };
  const observer = observe(options, observing, (watch) => {
    observing = watch;
  });
  const clients = Array.from({ length: options.clients }, () => client(surroundings));
  const watchers = Array.from({ length: options.watchers }, (_, index) =>
    watcher(options, ["", ...PREFIXES][index % 3] ?? ""),
  );
  const watching = Promise.all([observer, ...watchers]);
  watching.catch(() => undefined); // it is awaited after the clients
  await Promise.all(clients);
  return watching;
}

/** Watches everything, always from where it was. */
async function observe(
  options: TrafficOptions,
  first: RecordedWatch,
  changed: (watch: RecordedWatch) => void,
): Promise<RecordedWatch> {
  const { store, recorder, signal, abandoned } = options;
  let watch = first;
  while (!signal.aborted || watch.ended !== undefined) {
    abandoned.throwIfAborted();
    if (watch.ended !== undefined) {
      watch = recorder.watch(store, "", watch.ended === "COMPACTED" ? await listed(options, "") : watch.last);
      changed(watch);
    }
    await rest(2);
  }
  return watch;
}

async function client(surroundings: Surroundings): Promise<void> {
  const { random, habits, signal } = surroundings;
  const caller = new Caller(surroundings);
  while (!signal.aborted) {
    try {
      await caller.call(chosen(habits, random));
    } catch {
      await rest(2); // what it means is written down; the store may be away
    }
    if (random.chance(0.3)) await rest(random.below(3));
  }
}

function chosen(habits: Habits, random: Random): keyof Habits {
  const entries = Object.entries(habits) as readonly (readonly [keyof Habits, number])[];
  let left = random.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of entries) {
    left -= weight;
    if (left < 0) return name;
  }
  return "put";
}

class Caller {
  readonly #store: Store;
  readonly #recorder: Recorder;
  readonly #random: Random;

  readonly #seen: () => number;

  constructor({ store, recorder, random, seen }: Surroundings) {
    this.#store = store;
    this.#recorder = recorder;
    this.#random = random;
    this.#seen = seen;
  }

  async call(what: keyof Habits): Promise<void> {
    const key = this.#random.pick(KEYS);
    switch (what) {
      case "put":
        return void (await this.#commit([], [this.#put(key)]));
      case "update":
        return this.#replace(key, (seen) => [[condition(key, seen)], [this.#put(key)]]);
      case "remove":
        return this.#replace(key, (seen) =>
          seen === undefined ? undefined : [[condition(key, seen)], [{ type: "delete", key }]],
        );
      case "several":
        return this.#several();
      case "read":
        return void (await this.#recorder.read(this.#store, key));
      case "list":
        return this.#list();
      case "revision":
        return void (await this.#recorder.revision(this.#store));
      case "compact":
        return this.#compact();
      case "progress":
        return this.#store.requestProgress();
      case "stall":
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, this.#random.below(STALL));
        return;
      case "future":
        return this.#watchFuture();
    }
  }

  async #watchFuture(): Promise<void> {
    const revision = await this.#recorder.revision(this.#store);
    const watch = this.#recorder.watch(
      this.#store,
      this.#random.pick(["", ...PREFIXES]),
      revision + 1 + this.#random.below(5),
    );
    await rest(5 + this.#random.below(30));
    watch.stop();
  }

  async #compact(): Promise<void> {
    const revision = await this.#recorder.revision(this.#store);
    await this.#store.compact(Math.max(1, Math.min(revision - this.#random.below(COMPACTION_LAG), this.#seen())));
  }

  async #list(): Promise<void> {
    const prefix = this.#random.pick(["", ...PREFIXES]);
    const limit = this.#random.below(4);
    const revision = await this.#recorder.list(this.#store, prefix, { limit });
    if (this.#random.chance(0.5)) await this.#recorder.list(this.#store, prefix, { revision, limit });
  }

  async #replace(
    key: string,
    plan: (seen: Seen | undefined) => readonly [readonly Condition[], readonly Write[]] | undefined,
  ): Promise<void> {
    const planned = plan(await this.#recorder.read(this.#store, key));
    if (planned !== undefined) await this.#commit(...planned);
  }

  /** Changes two keys at once, the second of which may go. */
  async #several(): Promise<void> {
    const [first, second] = [this.#random.pick(KEYS), this.#random.pick(KEYS)];
    if (first === second) return;
    const seen = await this.#recorder.read(this.#store, second);
    const removes = seen !== undefined && this.#random.chance(0.5);
    const write: Write = removes ? { type: "delete", key: second } : this.#put(second);
    await this.#commit([condition(second, seen)], [this.#put(first), write]);
  }

  #commit(when: readonly Condition[], then: readonly Write[]): Promise<boolean> {
    return this.#recorder.commit(this.#store, when, then);
  }

  #put(key: string): Write {
    return { type: "put", key, value: this.#recorder.value() };
  }
}

const condition = (key: string, seen: Seen | undefined): Condition => ({ key, modRevision: seen?.modRevision ?? 0 });

/** Watches, goes on where a watch ended, and starts anew where history is gone. */
async function watcher(options: TrafficOptions, prefix: string): Promise<RecordedWatch> {
  const { store, recorder, random, signal, abandoned } = options;
  let watch: RecordedWatch | undefined;
  for (;;) {
    abandoned.throwIfAborted();
    if (watch === undefined || watch.ended !== undefined) {
      watch = recorder.watch(store, prefix, await start(options, prefix, watch));
    }
    if (signal.aborted && watch.ended === undefined) return watch;
    // Now and then a watcher leaves and comes back by itself.
    if (random.chance(0.02)) watch.stop();
    await rest(1 + random.below(8));
  }
}

/** Where a watch goes on: where the last one ended, or at a list when that is gone. */
async function start(options: TrafficOptions, prefix: string, last: RecordedWatch | undefined): Promise<number> {
  if (last === undefined) return newest(options);
  return last.ended === "COMPACTED" ? listed(options, prefix) : last.last;
}

/** The newest revision, as soon as the store is to be had. */
const newest = ({ store, recorder, abandoned }: TrafficOptions): Promise<number> =>
  insist(() => recorder.revision(store), abandoned);

/** The revision of a list, as soon as the store is to be had. */
const listed = ({ store, recorder, abandoned }: TrafficOptions, prefix: string): Promise<number> =>
  insist(() => recorder.list(store, prefix), abandoned);

/** Asks until the store is there. */
export async function insist<T>(ask: () => Promise<T>, abandoned: AbortSignal): Promise<T> {
  for (;;) {
    abandoned.throwIfAborted();
    try {
      return await ask();
    } catch {
      await rest(5); // it is away
    }
  }
}
