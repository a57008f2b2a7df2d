import { Observable, type Subscriber } from "rxjs";
import type { StoreEvent } from "../store.ts";
import { StoreError } from "../store-error.ts";
import type { History } from "./history.ts";

/** Where a watch begins. */
export interface Start {
  readonly position: number;
  /** Events up to this revision are not delivered, also when it is still to come. */
  readonly from: number;
}

/**
 * Delivers history to watches, synchronously and in order. Each watch has a position of its own in the history, so a
 * subscriber that writes to the store while it handles an event disturbs nobody's order.
 */
export class Watchers {
  readonly #history: History;
  readonly #open = new Set<Watcher>();

  constructor(history: History) {
    this.#history = history;
  }

  get size(): number {
    return this.#open.size;
  }

  /** `start` is asked when somebody subscribes; an error is what the watch then ends with. */
  watch(
    prefix: string,
    start: () => Start | StoreError,
    onProgress?: (revision: number) => void,
  ): Observable<StoreEvent> {
    return new Observable<StoreEvent>((subscriber) => {
      const begin = start();
      if (begin instanceof StoreError) {
        subscriber.error(begin);
        return;
      }
      const watcher = new Watcher(this.#history, prefix, begin, subscriber, onProgress);
      this.#open.add(watcher);
      // Before the replay: a subscriber may unsubscribe while it runs.
      subscriber.add(() => this.#open.delete(watcher));
      watcher.deliver();
    });
  }

  /** Delivers what the history has gained. */
  deliver(): void {
    for (const watcher of this.#open) watcher.deliver();
  }

  /** Tells those who want to know that everything up to `revision`, the newest, has been delivered to them. */
  progress(revision: number): void {
    for (const watcher of this.#open) watcher.progress(revision);
  }

  /** Ends all watches with an error. */
  fail(error: StoreError): void {
    for (const watcher of this.#open) watcher.fail(error);
  }
}

class Watcher {
  readonly #history: History;
  readonly #prefix: string;
  readonly #lastUnit: number;
  readonly #subscriber: Subscriber<StoreEvent>;
  readonly #from: number;
  readonly #onProgress: ((revision: number) => void) | undefined;
  #position: number;
  #delivering = false;
  #progress: number | undefined;

  constructor(
    history: History,
    prefix: string,
    start: Start,
    subscriber: Subscriber<StoreEvent>,
    onProgress: ((revision: number) => void) | undefined,
  ) {
    this.#history = history;
    this.#prefix = prefix;
    this.#lastUnit = prefix.charCodeAt(prefix.length - 1);
    this.#from = start.from;
    this.#position = start.position;
    this.#subscriber = subscriber;
    this.#onProgress = onProgress;
  }

  deliver(): void {
    // The outer call of a subscriber that writes goes on with what that write has added.
    if (this.#delivering) return;
    this.#delivering = true;
    while (this.#position < this.#history.end && !this.#subscriber.closed) this.#deliverNext();
    this.#delivering = false;
    this.#tellProgress();
  }

  progress(revision: number): void {
    if (this.#onProgress === undefined) return;
    this.#progress = revision;
    if (!this.#delivering) this.#tellProgress();
  }

  fail(error: StoreError): void {
    this.#subscriber.error(error);
  }

  #tellProgress(): void {
    const revision = this.#progress;
    this.#progress = undefined;
    if (revision !== undefined && !this.#subscriber.closed) this.#onProgress?.(revision);
  }

  #deliverNext(): void {
    const event = this.#history.at(this.#position);
    if (event === undefined) {
      this.fail(new StoreError("SLOW_CONSUMER", `a watch of "${this.#prefix}" fell behind the history that is kept`));
      return;
    }
    this.#position++;
    const key = event.type === "put" ? event.entry.key : event.key;
    if (event.revision > this.#from && this.#covers(key)) this.#subscriber.next(event);
  }

  #covers(key: string): boolean {
    const { length } = this.#prefix;
    // One unit tells most keys of other kinds apart; every event passes here once for each watch.
    return length === 0 || (key.charCodeAt(length - 1) === this.#lastUnit && key.startsWith(this.#prefix));
  }
}
