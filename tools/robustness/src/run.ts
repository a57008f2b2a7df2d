import type { Store } from "@pinnace/store";
import { check } from "./check.ts";
import type { History } from "./history.ts";
import { createRandom, type Random } from "./random.ts";
import { type RecordedWatch, Recorder } from "./recorder.ts";
import { COMMON_HABITS, type Habits, insist, PREFIXES, traffic } from "./traffic.ts";
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
  /** The most calls that are answered before the next disturbance. Default: 60. */
  readonly calls?: number;
  /** Milliseconds that watches have to come to the end of the history when nothing more happens. Default: 20,000. */
  readonly patience?: number;
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

/** Lets clients and watchers work on a store, disturbs it again and again, and checks what they saw. */
export async function run(subject: Subject, options: RunOptions): Promise<RunResult> {
  const { seed, rounds, clients = 6, watchers = 6, calls = 60, patience = 20_000 } = options;
  const random = createRandom(seed);
  const recorder = new Recorder(subject.doubtful);
  const end = new AbortController();
  const habits = { ...COMMON_HABITS, ...options.habits };
  const abandon = new AbortController();
  const signals = { signal: end.signal, abandoned: abandon.signal };
  const busy = traffic({ store: subject.store, recorder, random, habits, clients, watchers, ...signals });
  busy.catch(() => undefined); // it is awaited where the disturbances went well
  const disturbances = new Map<string, number>();
  try {
    for (let round = 0; round < rounds && options.signal?.aborted !== true; round += 1) {
      await sometime(recorder, random.below(calls));
      const what = await subject.disturb(random);
      disturbances.set(what, (disturbances.get(what) ?? 0) + 1);
      options.heard?.(what);
    }
    await subject.settle();
    await sometime(recorder, 20);
  } catch (error) {
    abandon.abort(error);
    throw error;
  } finally {
    end.abort();
  }
  const watches = await busy;
  await catchUp(subject.store, recorder, watches, patience, abandon.signal);
  const history = await recorder.finish(subject.store);
  for (const watch of watches) watch.stop();
  return { history, violations: check(history), disturbances };
}

/** Until some more calls were answered: a count and no time, so that a slow machine does as much as a fast one. */
async function sometime(recorder: Recorder, calls: number): Promise<void> {
  const goal = recorder.answered + calls;
  while (recorder.answered < goal) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Makes a last change under each prefix, and waits until every watch has seen the one that concerns it. */
async function catchUp(
  store: Store,
  recorder: Recorder,
  watches: readonly RecordedWatch[],
  patience: number,
  abandoned: AbortSignal,
): Promise<void> {
  const lasts = new Map<string, number>();
  for (const prefix of PREFIXES) {
    const key = `${prefix}last`;
    await insist(() => recorder.commit(store, [], [{ type: "put", key, value: recorder.value() }]), abandoned);
    const seen = await insist(() => recorder.read(store, key), abandoned);
    lasts.set(prefix, seen?.modRevision ?? 0);
  }
  lasts.set("", Math.max(...lasts.values()));
  const isBehind = ({ prefix, last, ended }: RecordedWatch): boolean =>
    ended === undefined && last < (lasts.get(prefix) ?? 0);
  const limit = performance.now() + patience;
  while (watches.some(isBehind) && performance.now() < limit) await new Promise((resolve) => setTimeout(resolve, 5));
}
