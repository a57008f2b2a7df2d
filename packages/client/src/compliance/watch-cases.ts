import type { ApiHandler, ApiResponse, WatchEvent } from "@pinnace/apimachinery";
import { Observable, of } from "rxjs";
import type { Transport } from "../transport.ts";
import { expectEqual, requestOf, withTransport } from "./expect.ts";
import type { TransportCase } from "./index.ts";

const EVENTS: readonly WatchEvent[] = [
  { type: "ADDED", object: { metadata: { name: "a" } } },
  { type: "MODIFIED", object: { metadata: { name: "a", labels: { x: "ü" } } } },
  { type: "DELETED", object: { metadata: { name: "a" } } },
];

function watching(events: Observable<WatchEvent>): ApiHandler {
  return async (): Promise<ApiResponse> => ({
    status: 200,
    headers: { "content-type": "application/json" },
    body: { type: "watch", events, encode: (event) => new TextEncoder().encode(`${JSON.stringify(event)}\n`) },
  });
}

async function eventsOf(transport: Transport): Promise<Observable<WatchEvent>> {
  const { body } = await transport.request(requestOf({ query: new URLSearchParams({ watch: "true" }) }));
  if (body.type !== "watch") throw new Error(`expected a watch, got a body of type ${body.type}`);
  return body.events;
}

export const watchCases: readonly TransportCase[] = [
  {
    name: "gives the events of a watch in order and completes with it",
    run: (harness) =>
      withTransport(harness, watching(of(...EVENTS)), async (transport) => {
        const events = await eventsOf(transport);
        const seen: WatchEvent[] = [];
        await new Promise<void>((resolve, reject) => {
          events.subscribe({ next: (event) => seen.push(event), error: reject, complete: resolve });
        });
        expectEqual(seen, EVENTS, "events");
      }),
  },
  {
    name: "gives an event while the watch goes on",
    run: (harness) => {
      const endless = new Observable<WatchEvent>((subscriber) => subscriber.next(EVENTS[0]!));
      return withTransport(harness, watching(endless), async (transport) => {
        const events = await eventsOf(transport);
        const first = await new Promise<WatchEvent>((resolve, reject) => {
          const subscription = events.subscribe({
            next: resolve,
            error: reject,
            complete: () => reject(new Error("ended")),
          });
          subscription.add(() => undefined);
        });
        expectEqual(first, EVENTS[0], "event");
      });
    },
  },
  {
    name: "ends the watch at the server when it is unsubscribed",
    run: async (harness) => {
      const ended = Promise.withResolvers<void>();
      const endless = new Observable<WatchEvent>((subscriber) => {
        subscriber.next(EVENTS[0]!);
        return () => ended.resolve();
      });
      await withTransport(harness, watching(endless), async (transport) => {
        const events = await eventsOf(transport);
        await new Promise<void>((resolve) => {
          const subscription = events.subscribe(() => queueMicrotask(() => resolve(subscription.unsubscribe())));
        });
        await ended.promise;
      });
    },
  },
];
