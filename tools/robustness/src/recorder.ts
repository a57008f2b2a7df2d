import { type Condition, type Entry, type Store, StoreError, type StoreEvent, TextValue } from "@pinnace/store";
import type { Call, CommitCall, History, Seen, SeenEvent, Told, WatchRecord, Write } from "./history.ts";

const decoder = new TextDecoder();

const DOUBTFUL: readonly string[] = ["UNAVAILABLE", "OUTCOME_UNKNOWN"];

/** Stands for a value that is not told. Numbers that are not told are NaN. */
export const UNTOLD: TextValue = new TextValue("");

const told = (revision: number): number | undefined => (Number.isNaN(revision) ? undefined : revision);

const seenOf = ({ key, value, createRevision, modRevision }: Entry): Seen => ({
  key,
  value: decoder.decode(value.bytes()),
  createRevision: told(createRevision),
  modRevision,
});

const toldOf = (entry: Entry): Told => ({
  ...seenOf(entry),
  value: entry.value === UNTOLD ? undefined : seenOf(entry).value,
  modRevision: told(entry.modRevision),
});

/** A watch as it goes on. */
export interface RecordedWatch {
  readonly prefix: string;
  /** How far it is. */
  readonly last: number;
  /** Why it ended; undefined while it is open. */
  readonly ended: string | undefined;
  stop(): void;
}

interface MutableWatch {
  readonly prefix: string;
  readonly from: number;
  readonly events: SeenEvent[];
  readonly progress: { revision: number; events: number }[];
  isOpen: boolean;
}

/** Makes calls to a store and writes down when, and what came of them. */
export class Recorder {
  readonly #calls: Call[] = [];
  readonly #watches: MutableWatch[] = [];
  readonly #doubtful: readonly string[];
  #time = 0;
  #values = 0;

  /** `doubtful`: see `Subject`. */
  constructor(doubtful: readonly string[] = DOUBTFUL) {
    this.#doubtful = doubtful;
  }

  /** A value that was never written before. */
  value(): string {
    this.#values += 1;
    return `v${this.#values}`;
  }

  /** How many calls were answered. */
  get answered(): number {
    return this.#calls.length;
  }

  /** Rejects with the store's error after writing down what it means. */
  async commit(store: Store, when: readonly Condition[], then: readonly Write[]): Promise<boolean> {
    const invoked = this.#tick();
    const answer = (outcome: CommitCall["outcome"], completed: number): void => {
      this.#calls.push({ kind: "commit", when, then, invoked, completed, outcome });
    };
    try {
      const mutations = then.map((write) =>
        write.type === "put" ? { ...write, value: new TextValue(write.value) } : write,
      );
      const result = await store.commit({ when, then: mutations });
      const revision = told(result.revision);
      if (result.succeeded) answer({ type: "committed", revision }, this.#tick());
      else if (revision === undefined) answer({ type: "conflict", revision }, this.#tick());
      else {
        const current = result.current.map((entry) => entry && seenOf(entry));
        answer({ type: "conflict", revision, current }, this.#tick());
      }
      return result.succeeded;
    } catch (error) {
      const isDoubtful = !(error instanceof StoreError) || this.#doubtful.includes(error.code);
      if (isDoubtful) answer({ type: "unknown" }, Number.POSITIVE_INFINITY);
      else answer({ type: "refused" }, this.#tick());
      throw error;
    }
  }

  async read(store: Store, key: string): Promise<Seen | undefined> {
    const invoked = this.#tick();
    const entry = await store.read(key);
    const seen = entry && seenOf(entry);
    this.#calls.push({ kind: "read", key, seen, invoked, completed: this.#tick() });
    return seen;
  }

  async revision(store: Store): Promise<number> {
    const invoked = this.#tick();
    const revision = await store.revision();
    this.#calls.push({ kind: "revision", revision, invoked, completed: this.#tick() });
    return revision;
  }

  /** All pages of a snapshot. */
  async list(store: Store, prefix: string, options: { revision?: number; limit?: number } = {}): Promise<number> {
    const invoked = this.#tick();
    const { revision: asked, limit = 0 } = options;
    let page = await store.list(prefix, { limit, ...(asked === undefined ? {} : { revision: asked }) });
    const { revision } = page;
    // Later pages are asked for later, but they are of the first one's snapshot.
    const completed = this.#tick();
    const entries = page.entries.map(seenOf);
    while (page.remaining > 0 && page.entries.length > 0) {
      page = await store.list(prefix, { limit, revision, startAfter: entries.at(-1)?.key ?? "" });
      entries.push(...page.entries.map(seenOf));
    }
    this.#calls.push({ kind: "list", prefix, asked, revision, entries, invoked, completed });
    return revision;
  }

  watch(store: Store, prefix: string, from: number): RecordedWatch {
    const record: MutableWatch = { prefix, from, events: [], progress: [], isOpen: true };
    this.#watches.push(record);
    let ended: string | undefined;
    const end = (reason: string): void => {
      ended ??= reason;
      record.isOpen = false;
    };
    const onProgress = (revision: number): void => {
      if (record.isOpen) record.progress.push({ revision, events: record.events.length });
    };
    const subscription = store.watch(prefix, { from, onProgress }).subscribe({
      next: (event) => record.events.push(this.#seenEvent(event)),
      error: (error: unknown) => end(error instanceof StoreError ? error.code : String(error)),
      complete: () => end("completed"),
    });
    return {
      prefix,
      get last() {
        return Math.max(from, record.events.at(-1)?.revision ?? 0, record.progress.at(-1)?.revision ?? 0);
      },
      get ended() {
        return ended;
      },
      stop: () => {
        end("stopped");
        subscription.unsubscribe();
      },
    };
  }

  /** Reads what is left at the end. Watches that are open must have come to this revision. */
  async finish(store: Store): Promise<History> {
    const page = await store.list("");
    const watches: WatchRecord[] = this.#watches.map((watch) => ({ ...watch, events: [...watch.events] }));
    return { calls: this.#calls, watches, end: { revision: page.revision, entries: page.entries.map(seenOf) } };
  }

  #seenEvent(event: StoreEvent): SeenEvent {
    const previous = event.previous && toldOf(event.previous);
    const { type, revision } = event;
    if (event.type === "delete") return { type, key: event.key, revision, previous, at: this.#tick() };
    const { key, value } = seenOf(event.entry);
    return { type, key, value, revision, previous, at: this.#tick() };
  }

  #tick(): number {
    this.#time += 1;
    return this.#time;
  }
}
