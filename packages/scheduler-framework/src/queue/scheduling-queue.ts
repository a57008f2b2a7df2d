import type { Pod } from "@pinnace/api";
import type { KubernetesObject } from "@pinnace/apimachinery";
import type { Clock, Timer } from "@pinnace/clock";
import { createPodInfo } from "../cluster/pod-info.ts";
import type { ClusterEvent, ClusterEventWithHint } from "../contract/events.ts";
import type { PodInfo } from "../contract/node-info.ts";
import type { QueuedPod } from "../contract/points.ts";
import type { Status } from "../contract/status.ts";
import { Backoff } from "./backoff.ts";
import { EventInterest } from "./event-interest.ts";
import { Heap } from "./heap.ts";
import { InFlight, type SeenEvent } from "./in-flight.ts";
import { NOBODY, newQueueItem, type QueueItem, uidOf } from "./queue-item.ts";
import { WaitingItems } from "./waiting-items.ts";

/** What the profiles of a scheduler say to the queue. */
export interface QueueRules {
  readonly compare: (a: QueuedPod, b: QueuedPod) => number;
  /** Runs the PreEnqueue plugins of the pod's profile. */
  readonly preEnqueue: (pod: PodInfo) => Status;
  /** The events that plugins registered, by plugin, for each `schedulerName`. */
  readonly events: ReadonlyMap<string, ReadonlyMap<string, readonly ClusterEventWithHint[]>>;
  /** Milliseconds; defaults 1,000 and 10,000. A `maxBackoff` of 0 switches back-off off. */
  readonly initialBackoff?: number;
  readonly maxBackoff?: number;
}

export interface SchedulingQueueOptions extends QueueRules {
  readonly clock: Clock;
  /** Called when there is a pod to pop where there was none. */
  readonly onReady: () => void;
  /** Told of each pod that enters a queue, and by what (`scheduler_queue_incoming_pods_total`). */
  readonly onIncoming?: (queue: "active" | "backoff" | "unschedulable", event: string) => void;
  /** Milliseconds after which an unschedulable pod is tried again in any case; default five minutes. */
  readonly maxUnschedulable?: number;
}

/** Where a pod waits; `attempt`: it does not, it is being tried or bound. */
export interface QueuePlace {
  readonly queue: "active" | "backoff" | "unschedulable" | "gated" | "attempt";
  readonly item: QueueItem | undefined;
}

/** What an event does for a pod: nothing, another attempt after its back-off, or one at once. */
type Move = "stay" | "afterBackoff" | "now";

const FLUSH_INTERVAL = 30_000;
const FORCED = { event: undefined, before: undefined, after: undefined } as const;

/**
 * Pods that want a node: `active` (to be tried, in QueueSort's order), `backoff` (tried lately; those that were rejected
 * are taken before their time when nothing is active, those that met an error are not), `unschedulable` (nothing has
 * changed that could help), `gated`. Events that happen while a pod is being tried are looked at when it comes back, so
 * that none is missed.
 */
export class SchedulingQueue {
  readonly #options: SchedulingQueueOptions;
  #backoffTimes: Backoff;
  #rules: QueueRules;
  #interests = new Map<string, EventInterest>();
  #active: Heap<QueueItem>;
  #backoff: Heap<QueueItem>;
  #failed: Heap<QueueItem>;
  readonly #unschedulable = new WaitingItems();
  readonly #gated = new WaitingItems();
  readonly #inFlight = new InFlight();
  #timer: Timer | undefined;
  #flush: Timer | undefined;

  constructor(options: SchedulingQueueOptions) {
    this.#options = options;
    this.#rules = options;
    this.#backoffTimes = new Backoff(options.initialBackoff, options.maxBackoff);
    this.#active = this.#activeHeap();
    this.#backoff = this.#backoffHeap();
    this.#failed = this.#failedHeap();
  }

  start(): void {
    this.#flush = this.#options.clock.setInterval(() => this.#flushOld(), FLUSH_INTERVAL);
  }

  stop(): void {
    this.#flush?.cancel();
    this.#timer?.cancel();
  }

  get counts(): {
    readonly active: number;
    readonly backoff: number;
    readonly unschedulable: number;
    readonly gated: number;
  } {
    const backoff = this.#backoff.size + this.#failed.size;
    return { active: this.#active.size, backoff, unschedulable: this.#unschedulable.size, gated: this.#gated.size };
  }

  /** Other profiles: the order changes, and every pod that waits may be tried again, for other plugins ask. */
  reconfigure(rules: QueueRules): void {
    this.#rules = rules;
    this.#interests = new Map();
    this.#backoffTimes = new Backoff(rules.initialBackoff, rules.maxBackoff);
    const [active, backoff, failed] = [this.#active.values(), this.#backoff.values(), this.#failed.values()];
    [this.#active, this.#backoff, this.#failed] = [this.#activeHeap(), this.#backoffHeap(), this.#failedHeap()];
    for (const item of active) this.#enqueue(item, "ForceActivate");
    for (const item of backoff) this.#backoff.push(item);
    for (const item of failed) this.#failed.push(item);
    this.#scheduleRelease();
    for (const item of [...this.#unschedulable.values(), ...this.#gated.values()]) this.#move(item, "ForceActivate");
    for (const uid of this.#inFlight.uids()) this.#inFlight.record({ ...FORCED, only: uid });
  }

  /** A pod without a node appeared. */
  add(pod: Pod): void {
    this.#enqueue(newQueueItem(createPodInfo(pod), this.#options.clock.now()), "PodAdd");
  }

  /** Whether the pod waits here or is being tried. */
  has(uid: string): boolean {
    return this.#find(uid) !== undefined || this.#inFlight.has(uid);
  }

  /** A pod without a node changed. `events` says how; one that is waiting moves when a plugin's hint says so. */
  update(pod: Pod, before: Pod | undefined, events: readonly ClusterEvent[]): void {
    const uid = pod.metadata?.uid ?? "";
    if (this.#inFlight.has(uid)) {
      for (const event of events) this.#inFlight.record({ event, before, after: pod, only: uid });
      return;
    }
    const known = this.#find(uid);
    if (known === undefined) {
      this.add(pod);
      return;
    }
    const item: QueueItem = { ...known, pod: createPodInfo(pod) };
    if (this.#gated.has(uid)) this.#move(item, "PodUpdate");
    else if (this.#active.get(uid) !== undefined) this.#active.push(item);
    else if (this.#backoff.get(uid) !== undefined) this.#backoff.push(item);
    else if (this.#failed.get(uid) !== undefined) this.#failed.push(item);
    else {
      this.#unschedulable.set(uid, item);
      for (const event of events) if (this.#follow(item, { event, before, after: pod })) return;
    }
  }

  delete(uid: string): void {
    this.#active.delete(uid);
    this.#backoff.delete(uid);
    this.#failed.delete(uid);
    this.#unschedulable.delete(uid);
    this.#gated.delete(uid);
  }

  /** The next pod to try; the caller says `done` or `requeue` later. */
  pop(): QueueItem | undefined {
    let item = this.#active.pop();
    if (item === undefined) {
      item = this.#backoff.pop();
      if (item === undefined) return undefined;
      this.#options.onIncoming?.("active", "PopFromBackoffQ");
    }
    item.attempts += 1;
    this.#inFlight.begin(uidOf(item));
    return item;
  }

  /** No rejection can come of the attempt any more: events since its beginning need not be kept for it. */
  done(item: QueueItem): void {
    this.#inFlight.drop(uidOf(item));
  }

  /**
   * The attempt failed: rejected by `plugins` (those in `pending` said `Pending`); by nobody when something broke or there
   * was no node at all, and then mere time brings it back. `pod` is its newest version.
   */
  requeue(
    item: QueueItem,
    plugins: ReadonlySet<string>,
    { pod = item.pod.pod, pending = NOBODY }: { readonly pod?: Pod; readonly pending?: ReadonlySet<string> } = {},
  ): void {
    const uid = uidOf(item);
    const missed = this.#inFlight.end(uid) ?? [];
    const isError = plugins.size === 0;
    const back: QueueItem = {
      ...item,
      pod: pod === item.pod.pod ? item.pod : createPodInfo(pod),
      timestamp: this.#options.clock.now(),
      errors: isError ? item.errors + 1 : 0,
      rejections: isError ? item.rejections : item.rejections + 1,
      unschedulablePlugins: plugins,
      pendingPlugins: pending,
      wasFlushed: false,
    };
    const moves = isError ? ["afterBackoff" as const] : missed.map((seen) => this.#moveFor(back, seen));
    if (moves.includes("now")) this.#enqueue(back, "ScheduleAttemptFailure");
    else if (moves.includes("afterBackoff")) this.#move(back, "ScheduleAttemptFailure");
    else {
      this.#unschedulable.set(uid, back);
      this.#options.onIncoming?.("unschedulable", "ScheduleAttemptFailure");
    }
  }

  /** Something happened in the cluster. It moves every pod that it may help, but the one with the uid `except`. */
  onEvent(
    event: ClusterEvent,
    before: KubernetesObject | undefined,
    after: KubernetesObject | undefined,
    except?: string,
  ): void {
    if (!this.#isOfInterest(event)) return;
    const seen = { event, before, after, except };
    this.#inFlight.record(seen);
    const interestOf = (item: QueueItem): EventInterest => this.#interestsOf(item);
    for (const waiting of [this.#unschedulable, this.#gated]) {
      if (waiting.size === 0) continue;
      for (const item of waiting.concernedBy(event, interestOf)) this.#follow(item, seen);
    }
  }

  /** Has a pod tried at once, whatever it waits for; one that is being tried comes back after its back-off. */
  activate(uid: string): void {
    const item = this.#find(uid);
    if (item !== undefined && this.#active.get(uid) === undefined) this.#enqueue(item, "ForceActivate");
    else if (this.#inFlight.has(uid)) this.#inFlight.record({ ...FORCED, only: uid });
  }

  /** Where a pod is, for a reader who asks why it is not placed yet. */
  placeOf(uid: string): QueuePlace | undefined {
    if (this.#inFlight.has(uid)) return { queue: "attempt", item: undefined };
    const item = this.#find(uid);
    if (item === undefined) return undefined;
    if (this.#active.get(uid) !== undefined) return { queue: "active", item };
    if (this.#gated.has(uid)) return { queue: "gated", item };
    return { queue: this.#unschedulable.has(uid) ? "unschedulable" : "backoff", item };
  }

  /** All pods that are waiting for anything, for a reader who asks why. */
  pending(): readonly QueueItem[] {
    return [
      ...this.#active.values(),
      ...this.#backoff.values(),
      ...this.#failed.values(),
      ...this.#unschedulable.values(),
      ...this.#gated.values(),
    ];
  }

  #activeHeap(): Heap<QueueItem> {
    return new Heap<QueueItem>(uidOf, (a, b) => this.#rules.compare(a, b));
  }

  #backoffHeap(): Heap<QueueItem> {
    const times = this.#backoffTimes;
    return new Heap<QueueItem>(uidOf, (a, b) => times.end(a) - times.end(b) || this.#rules.compare(a, b));
  }

  #failedHeap(): Heap<QueueItem> {
    const times = this.#backoffTimes;
    return new Heap<QueueItem>(uidOf, (a, b) => times.end(a) - times.end(b));
  }

  #find(uid: string): QueueItem | undefined {
    const heaps = this.#active.get(uid) ?? this.#backoff.get(uid) ?? this.#failed.get(uid);
    return heaps ?? this.#unschedulable.get(uid) ?? this.#gated.get(uid);
  }

  /** Whether PreEnqueue lets the pod in; if not, it waits behind the gate. */
  #passesGate(item: QueueItem): boolean {
    const status = this.#rules.preEnqueue(item.pod);
    if (status.code === "Success") {
      item.gatedBy = undefined;
      return true;
    }
    item.gatedBy = status.plugin;
    if (status.plugin !== undefined) item.unschedulablePlugins = new Set([...item.unschedulablePlugins, status.plugin]);
    this.delete(uidOf(item));
    this.#gated.set(uidOf(item), item);
    return false;
  }

  #enqueue(item: QueueItem, event: string): void {
    if (!this.#passesGate(item)) return;
    this.delete(uidOf(item));
    item.added ??= this.#options.clock.now();
    this.#active.push(item);
    this.#options.onIncoming?.("active", event);
    if (this.#active.size === 1) this.#options.onReady();
  }

  /** To the active queue, by way of back-off when that is not over. */
  #move(item: QueueItem, event: string): void {
    if (this.#backoffTimes.isOver(item, this.#options.clock.now())) {
      this.#enqueue(item, event);
      return;
    }
    if (!this.#passesGate(item)) return;
    this.delete(uidOf(item));
    const isError = item.unschedulablePlugins.size === 0;
    const queue = isError ? this.#failed : this.#backoff;
    queue.push(item);
    this.#options.onIncoming?.("backoff", event);
    this.#scheduleRelease();
    if (!isError && this.#backoff.size === 1) this.#options.onReady();
  }

  #scheduleRelease(): void {
    this.#timer?.cancel();
    const { clock } = this.#options;
    const first = [this.#backoff.peek(), this.#failed.peek()].flatMap((item) => item ?? []);
    if (first.length === 0) return;
    const release = Math.min(...first.map((item) => this.#backoffTimes.release(item)));
    this.#timer = clock.setTimeout(() => {
      for (const queue of [this.#backoff, this.#failed]) {
        while (queue.size > 0 && this.#backoffTimes.isOver(queue.peek()!, clock.now())) {
          // PreEnqueue was asked when the pod came here.
          this.#enter(queue.pop()!);
        }
      }
      this.#scheduleRelease();
    }, release - clock.now());
  }

  #enter(item: QueueItem): void {
    item.added ??= this.#options.clock.now();
    this.#active.push(item);
    this.#options.onIncoming?.("active", "BackoffComplete");
    if (this.#active.size === 1) this.#options.onReady();
  }

  /** Moves a waiting pod when the event may help it; answers whether it did. */
  #follow(item: QueueItem, seen: SeenEvent): boolean {
    const move = this.#moveFor(item, seen);
    if (move === "stay") return false;
    const label = seen.event === undefined ? "ForceActivate" : `${seen.event.resource}${seen.event.action}`;
    if (move === "now") this.#enqueue(item, label);
    else this.#move(item, label);
    return true;
  }

  #moveFor(item: QueueItem, { event, before, after, only, except }: SeenEvent): Move {
    const uid = uidOf(item);
    if (except === uid || (only !== undefined && only !== uid)) return "stay";
    if (event === undefined) return "afterBackoff";
    const interested = this.#interestsOf(item).in(event);
    if (item.gatedBy !== undefined && !interested.some(({ plugin }) => plugin === item.gatedBy)) return "stay";
    let move: Move = "stay";
    for (const { plugin, hint } of interested) {
      const isPending = item.pendingPlugins.has(plugin);
      if (!isPending && (move !== "stay" || !item.unschedulablePlugins.has(plugin))) continue;
      if (hint !== undefined && !hintSays(hint, item.pod, before, after)) continue;
      if (isPending) return "now";
      move = "afterBackoff";
    }
    return move;
  }

  /** Whether any plugin of any profile cares for an event. */
  #isOfInterest(event: ClusterEvent): boolean {
    for (const name of this.#rules.events.keys()) if (this.#interestsIn(name).in(event).length > 0) return true;
    return false;
  }

  #interestsOf(item: QueueItem): EventInterest {
    return this.#interestsIn(item.pod.pod.spec?.schedulerName ?? "default-scheduler");
  }

  #interestsIn(name: string): EventInterest {
    let interest = this.#interests.get(name);
    if (interest === undefined) {
      interest = new EventInterest(this.#rules.events.get(name) ?? new Map());
      this.#interests.set(name, interest);
    }
    return interest;
  }

  #flushOld(): void {
    const { clock, maxUnschedulable = 300_000 } = this.#options;
    for (const item of [...this.#unschedulable.values()]) {
      if (clock.now() - item.timestamp <= maxUnschedulable) continue;
      item.wasFlushed = true;
      this.#move(item, "UnschedulableTimeout");
    }
  }
}

function hintSays(
  hint: NonNullable<ClusterEventWithHint["hint"]>,
  pod: PodInfo,
  before: KubernetesObject | undefined,
  after: KubernetesObject | undefined,
): boolean {
  try {
    return hint(pod, before, after) === "Queue";
  } catch {
    return true; // a hint that fails must not keep a pod waiting
  }
}
