import { EVENTS_V1_EVENTS, type EventsV1Event, type Pod } from "@pinnace/api";
import { formatMicroTime } from "@pinnace/apimachinery";
import type { Client } from "@pinnace/client";
import type { Clock } from "@pinnace/clock";
import { type Logger, silentLogger } from "@pinnace/logging";
import type { PodEvent, PodEvents } from "@pinnace/scheduler-framework";

/** Events of the same kind that follow each other within this time are one series, milliseconds. */
const SERIES_GAP = 6 * 60_000;
/** Events that may wait to be sent; more are dropped. */
const MAX_WAITING = 10_000;
const MAX_NOTE_BYTES = 1024;
/** Requests under way at the same time: one after the other would wait for the disk each time. */
const PARALLEL = 16;
/** While pods wait to be bound, so many events let them go first, and are sent one after the other. */
const MAX_YIELDING = 1_000;

/** What there is to say about a pod: by the scheduler (`Scheduled`, `FailedScheduling`, `Preempted`) or by a plugin. */
export interface SchedulingEvent extends PodEvent {
  readonly related?: Pod;
}

/** Tells people about decisions. Never throws and never waits. */
export interface SchedulingEvents extends PodEvents {
  event(regarding: Pod, event: SchedulingEvent): void;
  /** While `isBusy` says so, most of the requests that are to be made are left to others. */
  yieldWhile?(isBusy: () => boolean): void;
  /** Sends nothing more. */
  stop(): void;
}

export interface SchedulingEventsComponents {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger?: Logger;
  /** `reportingController`: the name of the profile. */
  readonly controller: string;
  /** `reportingInstance`; default the controller's name. */
  readonly instance?: string;
}

interface Series {
  readonly event: EventsV1Event;
  /** Settles when the first event of the series has been written. */
  readonly created: PromiseWithResolvers<void>;
  count: number;
  sentCount: number;
  lastSeen: number;
}

type Job = { readonly create: Series } | { readonly count: Series };

/**
 * Records events of `events.k8s.io/v1` in the background, some at the same time. An event that comes again about the same
 * version of a pod within six minutes turns the first one into a series, which is written once more when it ends.
 */
export function createSchedulingEvents(components: SchedulingEventsComponents): SchedulingEvents {
  return new QueuedEvents(components);
}

class QueuedEvents implements SchedulingEvents {
  readonly #needs: SchedulingEventsComponents;
  readonly #logger: Logger;
  /** In the order of their last event. */
  readonly #known = new Map<string, Series>();
  readonly #waiting: Job[] = [];
  #sending = 0;
  #stopped = false;
  #isBusy = (): boolean => false;
  #lastNanoseconds = 0n;

  constructor(components: SchedulingEventsComponents) {
    this.#needs = components;
    this.#logger = (components.logger ?? silentLogger).child({ component: components.controller });
  }

  event(regarding: Pod, event: SchedulingEvent): void {
    if (this.#stopped) return;
    const now = this.#needs.clock.now();
    this.#endOldSeries(now);
    const key = keyOf(regarding, event);
    const known = this.#known.get(key);
    if (known === undefined) {
      const draft = this.#eventOf(regarding, event, now);
      const created = Promise.withResolvers<void>();
      const series: Series = { event: draft, created, count: 1, sentCount: 1, lastSeen: now };
      if (this.#enqueue({ create: series })) this.#known.set(key, series);
      return;
    }
    known.count += 1;
    known.lastSeen = now;
    this.#known.delete(key);
    this.#known.set(key, known);
    if (known.count === 2) this.#enqueue({ count: known });
  }

  yieldWhile(isBusy: () => boolean): void {
    this.#isBusy = isBusy;
  }

  stop(): void {
    this.#stopped = true;
    this.#waiting.length = 0;
  }

  #endOldSeries(now: number): void {
    for (const [key, series] of this.#known) {
      if (now - series.lastSeen < SERIES_GAP) return;
      this.#known.delete(key);
      if (series.count > series.sentCount) this.#enqueue({ count: series });
    }
  }

  /** Whether there was room for it. */
  #enqueue(job: Job): boolean {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#logger.warn("too many events wait, dropping one");
      return false;
    }
    this.#waiting.push(job);
    if (this.#sending < this.#parallel()) void this.#sendAll();
    return true;
  }

  #parallel(): number {
    return this.#waiting.length <= MAX_YIELDING && this.#isBusy() ? 1 : PARALLEL;
  }

  async #sendAll(): Promise<void> {
    this.#sending += 1;
    for (let job = this.#waiting.shift(); job !== undefined; job = this.#next()) {
      try {
        await this.#send(job);
      } catch (error) {
        this.#logger.warn("an event was not recorded", { error });
      }
    }
    this.#sending -= 1;
  }

  /** What is to be sent next by one of those who send; others begin or end as there is time for it. */
  #next(): Job | undefined {
    const parallel = this.#parallel();
    if (this.#sending > parallel) return undefined;
    while (this.#sending < parallel && this.#waiting.length > 1) void this.#sendAll();
    return this.#waiting.shift();
  }

  async #send(job: Job): Promise<void> {
    const series = "create" in job ? job.create : job.count;
    const { metadata } = series.event;
    const events = this.#needs.client.resource(EVENTS_V1_EVENTS).namespace(metadata?.namespace ?? "default");
    if ("create" in job) {
      await events.create(series.event).finally(() => series.created.resolve());
      return;
    }
    await series.created.promise;
    const { count, lastSeen } = series;
    series.sentCount = count;
    const body = { series: { count, lastObservedTime: formatMicroTime(lastSeen) } };
    await events.patch(metadata?.name ?? "", { type: "merge", body });
  }

  #eventOf(regarding: Pod, { type, reason, action, note, related }: SchedulingEvent, now: number): EventsV1Event {
    const { controller, instance = controller } = this.#needs;
    const { name = "", namespace = "default" } = regarding.metadata ?? {};
    return {
      metadata: { name: `${name}.${this.#uniqueSuffix(now)}`, namespace },
      eventTime: formatMicroTime(now),
      reportingController: controller,
      reportingInstance: instance,
      action,
      reason,
      regarding: referenceTo(regarding),
      ...(related === undefined ? {} : { related: referenceTo(related) }),
      note: shortened(note),
      type,
    } as EventsV1Event;
  }

  /** Nanoseconds since the epoch, hex; no two events share them, even when time stands still. */
  #uniqueSuffix(now: number): string {
    const nanoseconds = BigInt(Math.round(now * 1_000)) * 1_000n;
    this.#lastNanoseconds = nanoseconds > this.#lastNanoseconds ? nanoseconds : this.#lastNanoseconds + 1n;
    return this.#lastNanoseconds.toString(16);
  }
}

/** The note takes no part: a pod that fails for changing reasons is one series. */
function keyOf({ metadata }: Pod, { type, reason, action, related }: SchedulingEvent): string {
  return [metadata?.uid, metadata?.resourceVersion, type, reason, action, related?.metadata?.uid].join("|");
}

function referenceTo({ metadata = {} }: Pod): object {
  const { name, namespace, uid, resourceVersion } = metadata;
  return { kind: "Pod", apiVersion: "v1", ...{ name, namespace, uid }, ...(resourceVersion && { resourceVersion }) };
}

function shortened(note: string): string {
  if (note.length * 3 <= MAX_NOTE_BYTES) return note; // no character of a string has more than three bytes
  const bytes = new TextEncoder().encode(note);
  if (bytes.length <= MAX_NOTE_BYTES) return note;
  const kept = new TextDecoder().decode(bytes.subarray(0, MAX_NOTE_BYTES - 4)).replace(/\uFFFD$/, "");
  return `${kept} ...`;
}
