import type { KubernetesObject, StatusError, WatchEvent } from "@pinnace/apimachinery";
import { hasReason } from "@pinnace/apimachinery";
import type { Clock, Timer } from "@pinnace/clock";
import { messageOf } from "@pinnace/errors";
import type { Logger } from "@pinnace/logging";
import type { Subscription } from "rxjs";
import { createBackoff } from "../backoff.ts";
import type { ResourceClient, Selector } from "../client.ts";
import type { SharedInformer } from "./shared-informer.ts";

/** Shortest time that the server is asked to keep a watch open, seconds; the longest is twice that (client-go). */
const MIN_WATCH_SECONDS = 300;
/** How long after its announced end a silent watch is given up, milliseconds. */
const WATCH_GRACE = 30_000;
/** A watch that ends sooner than this without an event counts as failed, milliseconds. */
const VERY_SHORT_WATCH = 1000;
/** Quiet time after which back-off starts over, milliseconds. */
const BACKOFF_RESET = 120_000;

interface ReflectorComponents<T extends KubernetesObject> {
  readonly resource: ResourceClient<T>;
  readonly informer: SharedInformer<T>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
}

type Outcome = { readonly next: "watch" | "relist"; readonly failure?: unknown };

/**
 * Lists, then watches from the list's resource version, until `signal` aborts: what client-go calls a reflector. The
 * first list asks for any version (`resourceVersion=0`); after 410 the next asks for the newest.
 */
export async function reflect<T extends KubernetesObject>(
  components: ReflectorComponents<T>,
  selector: Selector,
  signal: AbortSignal,
): Promise<void> {
  const { clock, logger, informer, resource, random } = components;
  const backoff = createBackoff({ random });
  let listFrom: "0" | undefined = "0";
  let version: string | undefined;
  let lastFailure = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    try {
      if (version === undefined) {
        const list = await resource.list({
          ...selector,
          ...(listFrom === undefined ? {} : { resourceVersion: listFrom }),
        });
        if (signal.aborted) return;
        version = list.metadata?.resourceVersion ?? "";
        informer.replace(list.items);
      }
      const watch = new WatchRun(components, selector, version);
      const outcome = await watch.run(signal);
      version = outcome.next === "relist" ? undefined : watch.version;
      if (outcome.next === "relist") listFrom = undefined;
      if (outcome.failure === undefined) continue;
      throw outcome.failure;
    } catch (error) {
      if (signal.aborted) return;
      if (clock.now() - lastFailure > BACKOFF_RESET) backoff.reset();
      lastFailure = clock.now();
      const delay = retryAfter(error) ?? backoff.next();
      logger.debug("list and watch failed", { resource: informer.type.resource, error: messageOf(error), delay });
      await clock.sleep(delay, signal).catch(() => undefined);
    }
  }
}

/** One watch, from a version until it ends. */
class WatchRun<T extends KubernetesObject> {
  version: string;
  readonly #components: ReflectorComponents<T>;
  readonly #selector: Selector;
  #events = 0;

  constructor(components: ReflectorComponents<T>, selector: Selector, version: string) {
    this.#components = components;
    this.#selector = selector;
    this.version = version;
  }

  run(signal: AbortSignal): Promise<Outcome> {
    const { clock, resource, random } = this.#components;
    const timeoutSeconds = Math.floor(MIN_WATCH_SECONDS * (1 + random()));
    const started = clock.now();
    return new Promise((resolve) => {
      let subscription: Subscription | undefined;
      let silence: Timer | undefined;
      const end = (outcome: Outcome): void => {
        silence?.cancel();
        signal.removeEventListener("abort", onAbort);
        subscription?.unsubscribe();
        resolve(outcome);
      };
      const onAbort = (): void => end({ next: "watch" });
      signal.addEventListener("abort", onAbort, { once: true });
      silence = clock.setTimeout(() => end({ next: "watch" }), timeoutSeconds * 1000 + WATCH_GRACE);
      subscription = resource
        .watch({ ...this.#selector, resourceVersion: this.version, allowWatchBookmarks: true, timeoutSeconds })
        .subscribe({
          next: (event) => this.#take(event),
          error: (error: unknown) => end(outcomeOf(error)),
          complete: () => end(this.#ended(clock.now() - started)),
        });
      if (signal.aborted) onAbort();
    });
  }

  #take(event: WatchEvent<T>): void {
    this.#events++;
    this.version = event.object.metadata?.resourceVersion ?? this.version;
    if (event.type !== "BOOKMARK" && event.type !== "ERROR") this.#components.informer.apply(event.type, event.object);
  }

  #ended(duration: number): Outcome {
    return duration < VERY_SHORT_WATCH && this.#events === 0
      ? { next: "watch", failure: new Error("the watch ended at once without an event") }
      : { next: "watch" };
  }
}

/** 410 means list again; a server that is busy or out of reach is asked for the same watch later. */
function outcomeOf(error: unknown): Outcome {
  if (hasReason(error, "Expired") || hasReason(error, "Gone")) return { next: "relist" };
  if (isStatusError(error) && (error.code === 429 || error.code >= 500)) return { next: "watch", failure: error };
  return { next: isStatusError(error) ? "relist" : "watch", failure: error };
}

function retryAfter(error: unknown): number | undefined {
  const seconds = isStatusError(error) ? error.status.details?.retryAfterSeconds : undefined;
  return seconds === undefined ? undefined : seconds * 1000;
}

function isStatusError(error: unknown): error is StatusError {
  return error instanceof Error && error.name === "StatusError";
}
