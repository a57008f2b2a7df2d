import type { ServiceError } from "@grpc/grpc-js";
import type { Clock, Timer } from "@pinnace/clock";
import { messageOf } from "@pinnace/errors";
import type { Logger } from "@pinnace/logging";
import { StoreError, type StoreEvent } from "@pinnace/store";
import type { Subscriber } from "rxjs";
import type { Member, WatchStream } from "../connection/endpoint.ts";
import type { EtcdClient } from "../connection/etcd-client.ts";
import type { Keys } from "../keys.ts";
import type { WatchedEvent, WatchResponse } from "../protocol/messages.ts";
import { STATUS } from "../protocol/methods.ts";
import { tellsProgressInOrder } from "../version.ts";
import { type Entries, lacksPrevious } from "./entries.ts";

export interface WatchParts {
  readonly client: EtcdClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly keys: Keys;
  readonly entries: Entries;
}

interface WatchTarget {
  readonly prefix: string;
  /** Events up to this revision are not delivered. */
  readonly from: number;
  readonly subscriber: Subscriber<StoreEvent>;
  readonly onProgress: ((revision: number) => void) | undefined;
}

/** Milliseconds before a watch is taken up again, doubled up to the second. */
const FIRST_PAUSE = 20;
const LONGEST_PAUSE = 2_000;
/** Milliseconds in which a member must answer after it was asked for progress; doubled up to the second. */
const FIRST_PATIENCE = 3_000;
const LONGEST_PATIENCE = 30_000;

/**
 * One watch. It outlives its streams: after any end it goes on from the last revision that was delivered, on whichever
 * endpoint answers.
 */
export class Watch {
  readonly prefix: string;
  readonly #parts: WatchParts;
  readonly #target: WatchTarget;
  readonly #reached = new Set<() => void>();
  /** All events up to this revision have been delivered. */
  #delivered: number;
  /** The newest revision of this store's own commits that must yet be delivered, see {@link caughtUp}. */
  #expected = 0;
  #stream: WatchStream | undefined;
  /** Whether the stream's member is asked for progress, or a barrier is written for it. */
  #asks = true;
  #impatience: Timer | undefined;
  #patience = FIRST_PATIENCE;
  #pause = FIRST_PAUSE;
  #fragments: WatchedEvent[] = [];

  constructor(parts: WatchParts, target: WatchTarget) {
    this.prefix = target.prefix;
    this.#parts = parts;
    this.#target = target;
    this.#delivered = target.from;
    target.subscriber.add(() => this.#dropStream());
  }

  /** Follows until the subscriber leaves. */
  async run(): Promise<void> {
    while (!this.#target.subscriber.closed) {
      try {
        const { endpoint, token } = await this.#parts.client.connected();
        const end = await this.#follow(endpoint, token);
        if (this.#target.subscriber.closed) return;
        this.#parts.client.avoid(endpoint);
        this.#parts.logger.info("a watch of etcd is taken up again", { endpoint: endpoint.url, reason: end });
      } catch (error) {
        this.#parts.logger.warn("a watch of etcd waits for a connection", { error: messageOf(error) });
      }
      await this.#parts.clock.sleep(this.#pause);
      this.#pause = Math.min(LONGEST_PAUSE, this.#pause * 2);
    }
  }

  /** Asks the member how far it is. True when it cannot be asked, so that a barrier must be written. */
  requestProgress(): boolean {
    if (this.#target.onProgress === undefined || this.#stream === undefined) return false;
    if (this.#asks) this.#stream.write({ progress: {} });
    this.#impatience ??= this.#parts.clock.setTimeout(() => {
      this.#patience = Math.min(LONGEST_PATIENCE, this.#patience * 2);
      this.#stream?.cancel();
    }, this.#patience);
    return !this.#asks;
  }

  /** Tells the watch of an event that will come. */
  expect(revision: number): void {
    if (revision > this.#expected) this.#expected = revision;
  }

  /** Resolves when all expected events were delivered, or the subscriber left. */
  async caughtUp(): Promise<void> {
    const { subscriber } = this.#target;
    while (this.#delivered < this.#expected && !subscriber.closed)
      await new Promise<void>((resolve) => {
        this.#reached.add(resolve);
        subscriber.add(resolve);
      });
  }

  fail(error: StoreError): void {
    this.#target.subscriber.error(error);
  }

  /** Resolves with why the stream ended. */
  async #follow(endpoint: Member, token: string | undefined): Promise<string> {
    const { keys, client } = this.#parts;
    const { prefix, onProgress, subscriber } = this.#target;
    if (onProgress !== undefined) this.#asks = await asksForProgress(endpoint, token);
    if (subscriber.closed) return "the subscriber left";
    const range = this.#asks ? keys.range(prefix) : keys.everything();
    const stream = endpoint.watch(token);
    this.#stream = stream;
    this.#fragments = [];
    const ended = new Promise<string>((resolve) => {
      stream.on("data", (answer: WatchResponse) => {
        const end = this.#receive(answer, client);
        if (end === undefined) return;
        resolve(end);
        stream.cancel();
      });
      stream.on("error", (error: ServiceError) => resolve(error.details || messageOf(error)));
      for (const over of ["end", "close"]) stream.on(over, () => resolve("the stream was closed"));
    });
    // From the last delivered revision, which is delivered again and passed over: so etcd refuses what is compacted.
    const startRevision = Math.max(1, this.#delivered);
    stream.write({ create: { ...range, startRevision, progressNotify: true, prevKv: true, fragment: true } });
    const end = await ended;
    if (this.#stream === stream) this.#dropStream();
    return end;
  }

  /** Undefined to go on, else why the stream is over. */
  #receive(answer: WatchResponse, client: EtcdClient): string | undefined {
    this.#impatience?.cancel();
    this.#impatience = undefined;
    if (answer.canceled) return this.#canceled(answer, client);
    this.#pause = FIRST_PAUSE;
    if (answer.created) return undefined;
    if (answer.fragment || this.#fragments.length > 0) this.#fragments.push(...answer.events);
    if (answer.fragment) return undefined;
    const events = this.#fragments.length > 0 ? this.#fragments : answer.events;
    this.#fragments = [];
    if (events.length > 0) this.#deliver(events);
    else this.#progress(answer.header?.revision ?? 0);
    return undefined;
  }

  #canceled({ compactRevision, cancelReason }: WatchResponse, client: EtcdClient): string {
    if (compactRevision > 0) {
      this.#failCompacted(`revision ${this.#delivered} is no longer kept, the oldest is ${compactRevision}`);
    } else if (/permission denied/.test(cancelReason)) {
      this.fail(new StoreError("UNAVAILABLE", `etcd refuses to watch "${this.prefix}": ${cancelReason}`));
    }
    client.forgetToken();
    return cancelReason || "the watch was cancelled";
  }

  #failCompacted(message: string): void {
    this.fail(new StoreError("COMPACTED", message, { remedy: "List again and go on from the revision of that list." }));
  }

  #deliver(received: readonly WatchedEvent[]): void {
    const { subscriber } = this.#target;
    const before = this.#delivered;
    const torn = received.find((each) => this.#isTorn(each))?.kv?.modRevision;
    const events = torn === undefined ? received : received.filter(({ kv }) => (kv?.modRevision ?? 0) < torn);
    let barrier = false;
    for (const each of events) {
      if ((each.kv?.modRevision ?? 0) <= before) continue;
      const event = this.#parts.entries.event(each);
      barrier ||= event === undefined;
      if (event === undefined || !this.#covers(event)) continue;
      subscriber.next(event);
    }
    const newest = events.at(-1)?.kv?.modRevision ?? 0;
    if (barrier) this.#progress(newest);
    else this.#reach(newest);
    if (torn !== undefined) this.#failCompacted(`what was before revision ${torn} is no longer kept`);
  }

  /** Whether an event that is to be delivered does not say what was before. */
  #isTorn(each: WatchedEvent): boolean {
    if ((each.kv?.modRevision ?? 0) <= this.#delivered || !lacksPrevious(each)) return false;
    const event = this.#parts.entries.event(each);
    return event !== undefined && this.#covers(event);
  }

  #covers(event: StoreEvent): boolean {
    return this.#asks || (event.type === "put" ? event.entry.key : event.key).startsWith(this.prefix);
  }

  #progress(revision: number): void {
    this.#reach(revision);
    if (!this.#target.subscriber.closed) this.#target.onProgress?.(this.#delivered);
  }

  #reach(revision: number): void {
    if (revision > this.#delivered) this.#delivered = revision;
    this.#patience = FIRST_PATIENCE;
    for (const resolve of this.#reached) resolve();
    this.#reached.clear();
  }

  #dropStream(): void {
    this.#impatience?.cancel();
    this.#impatience = undefined;
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.cancel();
  }
}

const STATUS_TIMEOUT = 3_000;

async function asksForProgress(endpoint: Member, token: string | undefined): Promise<boolean> {
  const options = { timeout: STATUS_TIMEOUT, dialTimeout: STATUS_TIMEOUT, token };
  const status = await endpoint.call(STATUS, {}, options);
  if (!status.ok) throw status.failure.error;
  return tellsProgressInOrder(status.response.version);
}
