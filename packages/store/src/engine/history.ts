import type { StoreEvent } from "../store.ts";

/**
 * The newest events in revision order, whole commits at a time. Positions are absolute: they keep their meaning when the
 * beginning is forgotten.
 */
export class History {
  readonly #limit: number;
  #events: StoreEvent[];
  /** The position of `#events[0]`. */
  #start = 0;
  #compacted: number;

  /** `limit` is the most events to keep; a little more is kept between two clean-ups. */
  constructor(limit: number, compacted: number, events: readonly StoreEvent[] = []) {
    this.#limit = limit;
    this.#compacted = compacted;
    this.#events = events.slice();
  }

  /** All events after this revision are kept; older snapshots and watches are refused. */
  get compacted(): number {
    return this.#compacted;
  }

  /** The position after the newest event. */
  get end(): number {
    return this.#start + this.#events.length;
  }

  /** Undefined when the position is forgotten or not there yet. */
  at(position: number): StoreEvent | undefined {
    return this.#events[position - this.#start];
  }

  /** The position of the first event with a revision greater than `revision`. */
  after(revision: number): number {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#events[middle]!.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return this.#start + low;
  }

  /** Adds events of newer commits. */
  append(events: readonly StoreEvent[]): void {
    for (const event of events) this.#events.push(event);
  }

  /** Forgets the oldest commits when there are too many events. */
  trim(): void {
    // Dropping a quarter at a time keeps the cost of moving the rest small.
    if (this.#events.length <= this.#limit + (this.#limit >> 2)) return;
    this.compact(this.#events[this.#events.length - this.#limit - 1]!.revision);
  }

  /** Forgets all events up to and including `revision`. */
  compact(revision: number): void {
    if (revision <= this.#compacted) return;
    const dropped = this.after(revision) - this.#start;
    this.#events = this.#events.slice(dropped);
    this.#start += dropped;
    this.#compacted = revision;
  }

  /** All events that are kept, in order: those after {@link compacted}. */
  events(): StoreEvent[] {
    return this.#events.slice();
  }

  /** The same history, which then goes its own way. */
  fork(): History {
    return new History(this.#limit, this.#compacted, this.#events);
  }

  /** Newest first, down to the first event after `revision`. */
  *backTo(revision: number): Generator<StoreEvent> {
    for (let index = this.#events.length - 1; index >= 0; index--) {
      const event = this.#events[index] as StoreEvent;
      if (event.revision <= revision) return;
      yield event;
    }
  }
}
