import { hasReason } from "@pinnace/apimachinery";
import { type CacheEvent, createWorkQueue, type WorkQueue } from "@pinnace/client";
import { messageOf } from "@pinnace/errors";
import type { Logger } from "@pinnace/logging";
import { Subscription } from "rxjs";
import type {
  ControllerComponents,
  ControllerDefinition,
  ControllerFactory,
  ControllerWatch,
  RunningController,
} from "./controller.ts";
import { WorkQueueMetrics } from "./work-queue-metrics.ts";

/** How to start a controller beside its components. */
export interface StartControllerOptions {
  /** Shared by the controllers of one component; default: metrics of the controller's own on `components.metrics`. */
  readonly queueMetrics?: WorkQueueMetrics;
}

/** Makes the controller, waits (in the background) for its informers, and runs it until it is stopped. */
export function startController(
  factory: ControllerFactory,
  components: ControllerComponents,
  options: StartControllerOptions = {},
): RunningController {
  const logger = components.logger.child({ component: factory.name });
  const queueMetrics = options.queueMetrics ?? new WorkQueueMetrics(components.metrics, components.clock);
  const queue = createWorkQueue({ clock: components.clock, observer: queueMetrics.observer(factory.name) });
  const definition = factory.create({ ...components, logger });
  return new ControllerRun(factory.name, definition, queue, logger);
}

class ControllerRun implements RunningController {
  readonly name: string;
  readonly #definition: ControllerDefinition;
  readonly #queue: WorkQueue;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  readonly #subscriptions = new Subscription();
  readonly #finished: Promise<void>;

  constructor(name: string, definition: ControllerDefinition, queue: WorkQueue, logger: Logger) {
    this.name = name;
    this.#definition = definition;
    this.#queue = queue;
    this.#logger = logger;
    this.#subscriptions.add(definition.triggers?.subscribe((key) => queue.add(key)));
    for (const watch of definition.watches) {
      this.#subscriptions.add(
        watch.informer.events.subscribe((event) => {
          for (const key of watch.keys(event as CacheEvent<never>)) queue.add(key);
        }),
      );
    }
    this.#finished = this.#run();
  }

  async stop(): Promise<void> {
    this.#subscriptions.unsubscribe();
    this.#stopping.abort(new DOMException(`${this.name} was stopped`, "AbortError"));
    this.#queue.shutDown();
    await this.#finished;
  }

  async #run(): Promise<void> {
    const { watches, initialKeys = [], concurrency = 1 } = this.#definition;
    const { signal } = this.#stopping;
    try {
      await allSynced(watches, signal);
    } catch (error) {
      if (!signal.aborted) this.#logger.error("the controller cannot start", { error });
      return;
    }
    for (const key of initialKeys) this.#queue.add(key);
    await Promise.all(Array.from({ length: concurrency }, () => this.#work()));
  }

  async #work(): Promise<void> {
    const { signal } = this.#stopping;
    for (let key = await this.#queue.get(); key !== undefined; key = await this.#queue.get()) {
      if (!signal.aborted) await this.#reconcile(key, signal);
      this.#queue.done(key);
    }
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<void> {
    try {
      const result = await this.#definition.reconcile(key, signal);
      this.#queue.forget(key);
      if (result?.requeueAfter !== undefined) this.#queue.addAfter(key, result.requeueAfter);
    } catch (error) {
      if (signal.aborted) return;
      // The cache lags behind the server for a moment: the object has changed or is gone.
      const lagged = hasReason(error, "Conflict") || hasReason(error, "NotFound");
      if (lagged) this.#logger.debug("the cache was out of date, trying again", { key, error: messageOf(error) });
      else this.#logger.warn("reconciliation failed, trying again", { key, error });
      this.#queue.addRateLimited(key);
    }
  }
}

/** One listener on the signal serves all informers. */
async function allSynced(watches: readonly ControllerWatch[], signal: AbortSignal): Promise<void> {
  const stopped = Promise.withResolvers<never>();
  const onAbort = (): void => stopped.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await Promise.race([Promise.all(watches.map(({ informer }) => informer.whenSynced())), stopped.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
