import { EVENTS, type Event } from "@pinnace/api";
import { formatTime, hasReason } from "@pinnace/apimachinery";
import type { Client, ResourceClient } from "@pinnace/client";
import type { Clock } from "@pinnace/clock";
import { messageOf } from "@pinnace/errors";
import { type Logger, silentLogger } from "@pinnace/logging";
import type { EventRecorder } from "../controller.ts";
import { type Correlation, EventCorrelator, type EventDraft } from "./event-correlator.ts";

/** How often an event is sent again while the server cannot be reached, and how long in between (client-go). */
const ATTEMPTS = 12;
const RETRY_DELAY = 10_000;
/** Events that may wait to be sent; more are dropped. */
const MAX_WAITING = 1000;

export interface EventRecorderComponents {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger?: Logger;
  /** `source.component` and `reportingComponent`: `deployment-controller`, `kubelet`. */
  readonly component: string;
  /** `source.host`: the node of a kubelet. */
  readonly host?: string;
}

/** A recorder that can be ended. */
export interface StoppableEventRecorder extends EventRecorder {
  /** Sends nothing more. */
  stop(): void;
}

/**
 * Records core/v1 Events about objects, one after the other, in the background, through client-go's correlation: equal
 * events are counted (`count`, `lastTimestamp`), after ten similar ones within 600 s they are combined, and 25 about one
 * object may come at once, then one per 300 s. Events are named `<object>.<hex nanoseconds>`. An event that the server
 * refuses is logged and dropped; while the server is out of reach it is sent again, 12 times at most.
 */
export function createEventRecorder(components: EventRecorderComponents): StoppableEventRecorder {
  return new QueuedEventRecorder(components);
}

class QueuedEventRecorder implements StoppableEventRecorder {
  readonly #components: EventRecorderComponents;
  readonly #logger: Logger;
  readonly #correlator = new EventCorrelator();
  readonly #stopped = new AbortController();
  readonly #waiting: { readonly draft: EventDraft; readonly at: number }[] = [];
  #sending = false;
  #lastNanoseconds = 0n;

  constructor(components: EventRecorderComponents) {
    this.#components = components;
    this.#logger = (components.logger ?? silentLogger).child({ component: components.component });
  }

  event(
    regarding: EventDraft["regarding"],
    type: EventDraft["type"],
    reason: string,
    message: string,
    fieldPath?: string,
  ): void {
    if (this.#stopped.signal.aborted) return;
    if (this.#waiting.length >= MAX_WAITING) {
      this.#logger.warn("too many events wait, dropping one", { reason, message });
      return;
    }
    const draft = { regarding, type, reason, message, ...(fieldPath === undefined ? {} : { fieldPath }) };
    this.#waiting.push({ draft, at: this.#components.clock.now() });
    if (!this.#sending) void this.#sendAll();
  }

  stop(): void {
    this.#stopped.abort(new DOMException("the event recorder was stopped", "AbortError"));
    this.#waiting.length = 0;
  }

  async #sendAll(): Promise<void> {
    this.#sending = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const correlation = this.#correlator.correlate(next.draft, next.at);
      await this.#send(next.draft, next.at, correlation);
    }
    this.#sending = false;
  }

  async #send(draft: EventDraft, at: number, correlation: Correlation): Promise<void> {
    const { clock } = this.#components;
    for (let attempt = 1; attempt <= ATTEMPTS && !this.#stopped.signal.aborted; attempt++) {
      try {
        await this.#write(draft, at, correlation);
        return;
      } catch (error) {
        if (error instanceof Error && error.name === "StatusError") {
          this.#logRefusal(draft, error);
          return;
        }
        this.#logger.debug("an event could not be sent", { attempt, error: messageOf(error) });
        await clock.sleep(RETRY_DELAY, this.#stopped.signal).catch(() => undefined);
      }
    }
  }

  /** That a namespace is gone or going is no news; anything else is. */
  #logRefusal(draft: EventDraft, error: Error): void {
    const fields = { reason: draft.reason, error: error.message };
    const expected = hasReason(error, "NotFound") || error.message.includes("because it is being terminated");
    if (expected) this.#logger.debug("the server refused an event", fields);
    else this.#logger.warn("the server refused an event", fields);
  }

  async #write(draft: EventDraft, at: number, correlation: Correlation): Promise<void> {
    if (correlation.action === "drop") return;
    const events = this.#components.client.resource(EVENTS).namespace(draft.regarding.metadata?.namespace ?? "default");
    const counted = correlation.action === "count" ? await countUp(events, correlation, at) : undefined;
    const stored = counted ?? (await events.create(this.#eventOf(draft, at, correlation)));
    this.#correlator.stored(correlation.key, stored);
  }

  #eventOf(draft: EventDraft, at: number, correlation: Exclude<Correlation, { action: "drop" }>): Event {
    const { component, host } = this.#components;
    const { regarding, type, reason, fieldPath } = draft;
    const { name = "", namespace, uid, resourceVersion } = regarding.metadata ?? {};
    const present = correlation.action === "count" ? correlation.present : undefined;
    return {
      metadata: { name: `${name}.${this.#uniqueSuffix(at)}`, namespace: namespace ?? "default" },
      involvedObject: {
        ...(regarding.kind === undefined ? {} : { kind: regarding.kind }),
        ...(namespace === undefined ? {} : { namespace }),
        name,
        ...(uid === undefined ? {} : { uid }),
        ...(regarding.apiVersion === undefined ? {} : { apiVersion: regarding.apiVersion }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
        ...(fieldPath === undefined ? {} : { fieldPath }),
      },
      reason,
      message: correlation.message,
      source: { component, ...(host === undefined ? {} : { host }) },
      firstTimestamp: present?.firstTimestamp ?? formatTime(at),
      lastTimestamp: formatTime(at),
      count: (present?.count ?? 0) + 1,
      type,
      reportingComponent: component,
      reportingInstance: host ?? "",
    };
  }

  /** Nanoseconds since the epoch, hex; no two events of one recorder share them, even when time stands still. */
  #uniqueSuffix(at: number): string {
    const nanoseconds = BigInt(Math.round(at * 1000)) * 1000n;
    this.#lastNanoseconds = nanoseconds > this.#lastNanoseconds ? nanoseconds : this.#lastNanoseconds + 1n;
    return this.#lastNanoseconds.toString(16);
  }
}

/** Counts an event up; undefined when the server has forgotten it meanwhile. */
async function countUp(
  events: ResourceClient<Event>,
  { present, message }: Extract<Correlation, { action: "count" }>,
  at: number,
): Promise<Event | undefined> {
  const body = { count: (present.count ?? 0) + 1, lastTimestamp: formatTime(at), message };
  try {
    return await events.patch(present.metadata.name ?? "", { type: "strategic", body });
  } catch (error) {
    if (hasReason(error, "NotFound")) return undefined;
    throw error;
  }
}
