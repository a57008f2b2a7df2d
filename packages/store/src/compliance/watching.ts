import type { Subscription } from "rxjs";
import type { Store, StoreEvent, WatchOptions } from "../store.ts";
import { StoreError } from "../store-error.ts";
import { textOf } from "./assert.ts";

/** A subscriber that remembers. */
interface Watching {
  readonly events: readonly StoreEvent[];
  /** Resolves with the first `count` events in short, as soon as there are as many. */
  first(count: number): Promise<string[]>;
  /** Resolves as soon as the events are enough, or the watch has ended. */
  until(enough: (events: readonly StoreEvent[]) => boolean): Promise<void>;
  /** Resolves with the code with which the watch ended. */
  ended(): Promise<string>;
  stop(): void;
}

/** Watches `prefix`; `onEvent` is called for each event before anything else. */
export function watching(
  store: Pick<Store, "watch">,
  prefix: string,
  options?: WatchOptions,
  onEvent?: (event: StoreEvent) => void,
): Watching {
  const events: StoreEvent[] = [];
  const waiting = new Set<() => void>();
  let end: string | undefined;
  const subscription: Subscription = store.watch(prefix, options).subscribe({
    next: (event) => {
      onEvent?.(event);
      events.push(event);
      for (const check of waiting) check();
    },
    error: (error: unknown) => {
      end = error instanceof StoreError ? error.code : `not a StoreError: ${String(error)}`;
      for (const check of waiting) check();
    },
    complete: () => {
      end = "completed";
      for (const check of waiting) check();
    },
  });
  const until = <Result>(ready: () => Result | undefined): Promise<Result> =>
    new Promise((resolve) => {
      const check = (): void => {
        const result = ready();
        if (result === undefined) return;
        waiting.delete(check);
        resolve(result);
      };
      waiting.add(check);
      check();
    });
  return {
    events,
    first: (count) =>
      until(() => (events.length >= count || end !== undefined ? events.slice(0, count).map(inShort) : undefined)),
    until: async (enough) => {
      await until(() => (enough(events) || end !== undefined ? true : undefined));
    },
    ended: () => until(() => end),
    stop: () => subscription.unsubscribe(),
  };
}

/** "revision put key=text (was text@revision)" */
export function inShort(event: StoreEvent): string {
  const { previous } = event;
  const was = previous === undefined ? "" : ` (was ${textOf(previous)}@${previous.modRevision})`;
  if (event.type === "delete") return `${event.revision} delete ${event.key}${was}`;
  return `${event.revision} put ${event.entry.key}=${textOf(event.entry)}${was}`;
}
