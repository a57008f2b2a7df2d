import type { KubernetesObject, Status, WatchEvent } from "@pinnace/apimachinery";
import { StatusError } from "@pinnace/apimachinery";
import { Observable, type Subscriber } from "rxjs";
import type { ClientIdentity, WatchOptions } from "./client.ts";
import { apiRequest, queryOf } from "./request.ts";
import { failureOf, isStatus } from "./response.ts";
import type { Transport } from "./transport.ts";

/** One for all watches: making one records the stack, which costs more than ending a watch. */
const ENDED = new DOMException("the watch was ended", "AbortError");

/**
 * One watch per subscription. Events come in the server's order, synchronously when the server is in the same process;
 * the Observable completes when the server ends the watch and errors with `StatusError` when it refuses or sends an
 * ERROR event. Unsubscribing aborts the request.
 */
export function watchResource<T extends KubernetesObject>(
  transport: Transport,
  identity: ClientIdentity,
  path: string,
  options: WatchOptions,
): Observable<WatchEvent<T>> {
  return new Observable<WatchEvent<T>>((subscriber) => {
    const abort = new AbortController();
    subscriber.add(() => abort.abort(ENDED));
    const query = queryOf({ watch: true, ...options });
    if (options.sendInitialEvents) query.set("resourceVersionMatch", "NotOlderThan");
    transport
      .request(apiRequest(identity, { method: "GET", path, query, signal: abort.signal }))
      .then(async (response) => {
        if (subscriber.closed) return;
        if (response.status >= 400) throw await failureOf(response);
        if (response.body.type !== "watch")
          throw new StatusError(
            500,
            "InternalError",
            `the server answered a watch with a body of type ${response.body.type}`,
          );
        subscriber.add(response.body.events.subscribe(forward(subscriber)));
      })
      .catch((error: unknown) => subscriber.error(error));
  });
}

function forward<T extends KubernetesObject>(
  subscriber: Subscriber<WatchEvent<T>>,
): {
  next(event: WatchEvent): void;
  error(error: unknown): void;
  complete(): void;
} {
  return {
    next: (event) => {
      if (event.type === "ERROR") subscriber.error(statusErrorOf(event.object));
      else subscriber.next(event as WatchEvent<T>);
    },
    error: (error) => subscriber.error(error),
    complete: () => subscriber.complete(),
  };
}

function statusErrorOf(object: unknown): StatusError {
  return isStatus(object)
    ? StatusError.from(object as Status)
    : new StatusError(500, "InternalError", "the server ended the watch with an error");
}
