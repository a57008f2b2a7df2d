import type { Store } from "@pinnace/store";
import { check } from "./check.ts";
import type { History } from "./history.ts";
import { createRandom, type Random } from "./random.ts";
import { type RecordedWatch, Recorder } from "./recorder.ts";
import { COMMON_HABITS, type Habits, traffic } from "./traffic.ts";
import type { Violation } from "./violation.ts";

/** A store that can be disturbed. */
export interface Subject {
  readonly store: Store;
  /** Codes of errors after which a commit may have happened all the same. Default: `UNAVAILABLE`, `OUTCOME_UNKNOWN`. */
  readonly doubtful?: readonly string[];
  /** Kills, pauses or cuts something, and brings it back. Resolves to what was done when the store is to be had again. */
  disturb(random: Random): Promise<string>;
  /** Ends all disturbances: from now on the store is to be had. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

export interface RunOptions {
  readonly seed: number;
  /** How often the store is disturbed. */
  readonly rounds: number;
  readonly habits?: Partial<Habits>;
  readonly clients?: number;
  readonly watchers?: number;
  /** Ends the run early. */
  readonly signal?: AbortSignal;
  /** Hears of every disturbance. */
  readonly heard?: (what: string) => void;
}

export interface RunResult {
  readonly history: History;
  readonly violations: readonly Violation[];
  /** What was done, and how often. */
  readonly disturbances: ReadonlyMap<string, number>;
}

/** How long watches may take to come to the end of the history when nothing more happens, milliseconds. */
const CATCH_UP = 20_000;

/** Lets clients and watchers work on a store, disturbs it again and again, and checks what they saw. */
export async function run(subject: Subject, options: RunOptions): Promise<RunResult> {
  const { seed, rounds, clients = 6, watchers = 6 } = options;
  const random = createRandom(seed);
  const recorder = new Recorder(subject.doubtful);
  const end = new AbortController();
  const habits = { ...COMMON_HABITS, ...options.habits };
  const busy = traffic({ store: subject.store, recorder, random, habits, clients, watchers, signal: end.signal });
  const disturbances = new Map<string, number>();
  try {
    for (let round = 0; round < rounds && options.signal?.aborted !== true; round += 1) {
      await sometime(recorder, random.below(60));
      const what = await subject.disturb(random);
      disturbances.set(what, (disturbances.get(what) ?? 0) + 1);
      options.heard?.(what);
    }
    await subject.settle();
    await sometime(recorder, 20);
  } finally {
    end.abort();
  }
  const watches = await busy;
  await catchUp(subject.store, watches);
  const history = await recorder.finish(subject.store);
  for (const watch of watches) watch.stop();
  return { history, violations: check(history), disturbances };
}

/** Until some more calls were answered: a count and no time, so that a slow machine does as much as a fast one. */
async function sometime(recorder: Recorder, calls: number): Promise<void> {
  const goal = recorder.answered + calls;
  while (recorder.answered < goal) await new Promise((resolve) => setTimeout(resolve, 1));
}

async function catchUp(store: Store, watches: readonly RecordedWatch[]): Promise<void> {
  const revision = await store.revision();
  const limit = performance.now() + CATCH_UP;
  while (watches.some(({ last, ended }) => last < revision && ended === undefined) && performance.now() < limit) {
    await store.requestProgress();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
