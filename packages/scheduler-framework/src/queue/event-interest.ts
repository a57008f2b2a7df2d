import type { ClusterEvent, ClusterEventWithHint, QueueingHintFunction } from "../contract/events.ts";
import { eventMatches } from "./event-matching.ts";

/** What a plugin says to an event; no hint: it may always help. */
interface Interest {
  readonly plugin: string;
  readonly hint: QueueingHintFunction | undefined;
}

/** Which plugins of one profile care for which events. Answers are remembered: events are many and kinds of them few. */
export class EventInterest {
  readonly #events: ReadonlyMap<string, readonly ClusterEventWithHint[]>;
  readonly #known = new Map<string, readonly Interest[]>();

  constructor(events: ReadonlyMap<string, readonly ClusterEventWithHint[]>) {
    this.#events = events;
  }

  in(event: ClusterEvent): readonly Interest[] {
    const key = `${event.resource}/${event.action}`;
    let found = this.#known.get(key);
    if (found === undefined) {
      found = [...this.#events].flatMap(([plugin, registered]) =>
        registered.filter((each) => eventMatches(each.event, event)).map(({ hint }) => ({ plugin, hint })),
      );
      this.#known.set(key, found);
    }
    return found;
  }
}
