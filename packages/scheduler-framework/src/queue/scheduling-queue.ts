import type { Pod } from "@pinnace/api";
import type { KubernetesObject } from "@pinnace/apimachinery";
import type { Clock, Timer } from "@pinnace/clock";
import { createPodInfo } from "../cluster/pod-info.ts";
import type { ClusterEvent, ClusterEventWithHint } from "../contract/events.ts";
import type { PodInfo } from "../contract/node-info.ts";
import type { QueuedPod } from "../contract/points.ts";
import type { Status } from "../contract/status.ts";
import { eventMatches } from "./event-matching.ts";
import { Heap } from "./heap.ts";

/** A pod on its way through the queue. */
export interface QueueItem extends QueuedPod {
  readonly pod: PodInfo;
  readonly timestamp: number;
  /** When it was first added, milliseconds since the epoch. */
  readonly added: number;
  attempts: number;
  /** When it came back from its last attempt, milliseconds since the epoch. */
  lastAttempt: number;
  /** The plugins that rejected it last; what may change their mind moves it. */
  unschedulablePlugins: ReadonlySet<string>;
  /** The PreEnqueue plugin that keeps it out, if any. */
  gatedBy: string | undefined;
  /** Failed by an error rather than by a rejection: any event and mere time bring it back. */
  failed: boolean;
}

export interface SchedulingQueueOptions {
  readonly clock: Clock;
  readonly compare: (a: QueuedPod, b: QueuedPod) => number;
  /** Runs the PreEnqueue plugins of the pod's profile. */
  readonly preEnqueue: (pod: PodInfo) => Status;
  /** The events that plugins registered, by plugin. */
  readonly events: ReadonlyMap<string, readonly ClusterEventWithHint[]>;
  /** Called when the active queue gets its first pod. */
  readonly onReady: () => void;
  /** Milliseconds; defaults 1,000 and 10,000. */
  readonly initialBackoff?: number;
  readonly maxBackoff?: number;
  /** Milliseconds after which an unschedulable pod is tried again in any case; default five minutes. */
  readonly maxUnschedulable?: number;
}

interface SeenEvent {
  readonly event: ClusterEvent;
  readonly before: KubernetesObject | undefined;
  readonly after: KubernetesObject | undefined;
  /** The uid of a pod that the event does not concern. */
  readonly except?: string | undefined;
}

const uidOf = (item: { readonly pod: PodInfo }): string => item.pod.pod.metadata?.uid ?? "";

/**
 * Pods that want a node: `active` (to be tried, in QueueSort's order), `backoff` (tried lately), `unschedulable` (nothing
 * has changed that could help), `gated`. Events that happen while a pod is being tried are looked at when it comes back, so
 * that none is missed.
 */
export class SchedulingQueue {
  readonly #options: SchedulingQueueOptions;
  readonly #active: Heap<QueueItem>;
  readonly #backoff: Heap<QueueItem>;
  readonly #unschedulable = new Map<string, QueueItem>();
  readonly #gated = new Map<string, QueueItem>();
  /** Pods being tried, with the number of events that had happened when they left. */
  readonly #inFlight = new Map<string, number>();
  /** Pods in flight that are to be tried again whatever comes of the attempt. */
  readonly #activated = new Set<string>();
  #seen: SeenEvent[] = [];
  #forgotten = 0;
  #timer: Timer | undefined;
  #flush: Timer | undefined;

  constructor(options: SchedulingQueueOptions) {
    this.#options = options;
    this.#active = new Heap<QueueItem>(uidOf, (a, b) => options.compare(a, b));
    this.#backoff = new Heap<QueueItem>(uidOf, (a, b) => this.#backoffEnd(a) - this.#backoffEnd(b));
  }

  start(): void {
    this.#flush = this.#options.clock.setInterval(() => this.#flushOld(), 30_000);
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
    const [active, backoff] = [this.#active.size, this.#backoff.size];
    return { active, backoff, unschedulable: this.#unschedulable.size, gated: this.#gated.size };
  }

  /** A pod without a node appeared. */
  add(pod: Pod): void {
    const info = createPodInfo(pod);
    this.#enqueue({
      pod: info,
      timestamp: this.#options.clock.now(),
      added: this.#options.clock.now(),
      attempts: 0,
      lastAttempt: 0,
      unschedulablePlugins: new Set(),
      gatedBy: undefined,
      failed: false,
    });
  }

  /** A pod without a node changed. `events` says how; one that is waiting moves when a plugin's hint says so. */
  update(pod: Pod, before: Pod | undefined, events: readonly ClusterEvent[]): void {
    const uid = pod.metadata?.uid ?? "";
    const known = this.#find(uid);
    if (known === undefined) {
      if (!this.#inFlight.has(uid)) this.add(pod);
      else for (const event of events) this.#remember({ event, before, after: pod });
      return;
    }
    const item: QueueItem = { ...known, pod: createPodInfo(pod) };
    if (this.#gated.has(uid)) this.#enqueue(item);
    else if (this.#active.get(uid) !== undefined) this.#active.push(item);
    else if (this.#backoff.get(uid) !== undefined) this.#backoff.push(item);
    else {
      this.#unschedulable.set(uid, item);
      // Without a plugin that rejected it the pod waits for others to change, not for itself.
      const isOwn = item.unschedulablePlugins.size > 0;
      if (isOwn && events.some((event) => this.#helps(item, { event, before, after: pod }))) this.#revive(item);
    }
  }

  delete(uid: string): void {
    this.#active.delete(uid);
    this.#backoff.delete(uid);
    this.#unschedulable.delete(uid);
    this.#gated.delete(uid);
  }

  /** The next pod to try; the caller says `done`, `requeue` or `discard` later. */
  pop(): QueueItem | undefined {
    const item = this.#active.pop();
    if (item === undefined) return undefined;
    item.attempts += 1;
    item.unschedulablePlugins = new Set();
    this.#inFlight.set(uidOf(item), this.#forgotten + this.#seen.length);
    return item;
  }

  /** The attempt is over and the pod needs no other one. */
  done(item: QueueItem): void {
    this.#inFlight.delete(uidOf(item));
    this.#activated.delete(uidOf(item));
    this.#trim();
  }

  /**
   * The attempt failed: rejected by `plugins`, or, when there are none, for want of nodes; `error` when something broke.
   * `pod` is its newest version.
   */
  requeue(
    item: QueueItem,
    plugins: ReadonlySet<string>,
    { pod = item.pod.pod, error = false }: { readonly pod?: Pod; readonly error?: boolean } = {},
  ): void {
    const uid = uidOf(item);
    const since = this.#inFlight.get(uid) ?? this.#forgotten + this.#seen.length;
    this.#inFlight.delete(uid);
    const now = this.#options.clock.now();
    const back: QueueItem = {
      ...item,
      pod: pod === item.pod.pod ? item.pod : createPodInfo(pod),
      timestamp: now,
      lastAttempt: now,
      unschedulablePlugins: plugins,
      failed: error,
    };
    const missed = this.#seen.slice(Math.max(0, since - this.#forgotten));
    const again = this.#activated.delete(uid) || back.failed;
    if (again || missed.some((seen) => this.#helps(back, seen))) this.#revive(back);
    else this.#unschedulable.set(uid, back);
    this.#trim();
  }

  /** Something happened in the cluster. It moves every pod that it may help, but the one with the uid `except`. */
  onEvent(
    event: ClusterEvent,
    before: KubernetesObject | undefined,
    after: KubernetesObject | undefined,
    except?: string,
  ): void {
    const seen = { event, before, after, except };
    this.#remember(seen);
    if (this.#unschedulable.size === 0 && this.#gated.size === 0) return;
    for (const item of [...this.#unschedulable.values(), ...this.#gated.values()]) {
      if (this.#helps(item, seen)) this.#revive(item);
    }
  }

  /** Has a pod tried again after its back-off, whatever it waits for. */
  activate(uid: string): void {
    const item = this.#unschedulable.get(uid) ?? this.#gated.get(uid);
    if (item !== undefined) this.#revive(item);
    else if (this.#inFlight.has(uid)) this.#activated.add(uid);
  }

  /** All pods that are waiting for anything, for a reader who asks why. */
  pending(): readonly QueueItem[] {
    return [
      ...this.#active.values(),
      ...this.#backoff.values(),
      ...this.#unschedulable.values(),
      ...this.#gated.values(),
    ];
  }

  #find(uid: string): QueueItem | undefined {
    return this.#active.get(uid) ?? this.#backoff.get(uid) ?? this.#unschedulable.get(uid) ?? this.#gated.get(uid);
  }

  #enqueue(item: QueueItem): void {
    const uid = uidOf(item);
    this.delete(uid);
    const status = this.#options.preEnqueue(item.pod);
    if (status.code !== "Success") {
      item.gatedBy = status.plugin;
      if (status.plugin !== undefined) item.unschedulablePlugins = new Set([status.plugin]);
      this.#gated.set(uid, item);
      return;
    }
    item.gatedBy = undefined;
    this.#active.push(item);
    if (this.#active.size === 1) this.#options.onReady();
  }

  /** To the active queue, by way of back-off when that is not over. */
  #revive(item: QueueItem): void {
    this.#unschedulable.delete(uidOf(item));
    this.#gated.delete(uidOf(item));
    if (this.#backoffEnd(item) <= this.#options.clock.now()) {
      this.#enqueue(item);
      return;
    }
    this.#backoff.push(item);
    this.#scheduleBackoff();
  }

  #backoffEnd(item: QueueItem): number {
    const { initialBackoff = 1_000, maxBackoff = 10_000 } = this.#options;
    if (item.attempts === 0) return 0;
    return item.lastAttempt + Math.min(initialBackoff * 2 ** (item.attempts - 1), maxBackoff);
  }

  #scheduleBackoff(): void {
    this.#timer?.cancel();
    const first = this.#backoff.peek();
    if (first === undefined) return;
    const { clock } = this.#options;
    this.#timer = clock.setTimeout(() => {
      while (this.#backoff.size > 0 && this.#backoffEnd(this.#backoff.peek()!) <= clock.now()) {
        this.#enqueue(this.#backoff.pop()!);
      }
      this.#scheduleBackoff();
    }, this.#backoffEnd(first) - clock.now());
  }

  #helps(item: QueueItem, { event, before, after, except }: SeenEvent): boolean {
    if (except !== undefined && except === uidOf(item)) return false;
    if (item.failed || item.unschedulablePlugins.size === 0) return true;
    for (const plugin of item.unschedulablePlugins) {
      for (const registered of this.#options.events.get(plugin) ?? []) {
        if (!eventMatches(registered.event, event)) continue;
        if (registered.hint === undefined || hintSays(registered.hint, item.pod, before, after)) return true;
      }
    }
    return false;
  }

  #remember(seen: SeenEvent): void {
    if (this.#inFlight.size > 0) this.#seen.push(seen);
  }

  /** Forgets events that no pod in flight can have missed. */
  #trim(): void {
    const oldest = Math.min(...this.#inFlight.values());
    const end = this.#forgotten + this.#seen.length;
    const keepFrom = this.#inFlight.size === 0 ? end : oldest;
    this.#seen = this.#seen.slice(keepFrom - this.#forgotten);
    this.#forgotten = keepFrom;
  }

  #flushOld(): void {
    const { clock, maxUnschedulable = 300_000 } = this.#options;
    for (const item of [...this.#unschedulable.values()]) {
      if (clock.now() - item.lastAttempt >= maxUnschedulable) this.#revive(item);
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
