import type { KubernetesObject } from "@pinnace/apimachinery";
import type { ClusterEvent } from "../contract/events.ts";

/** Something that happened in the cluster, or that was asked of the queue. */
export interface SeenEvent {
  /** `undefined`: the pod is to be tried again whatever it waits for. */
  readonly event: ClusterEvent | undefined;
  readonly before: KubernetesObject | undefined;
  readonly after: KubernetesObject | undefined;
  /** The uid of the only pod that it concerns. */
  readonly only?: string | undefined;
  /** The uid of a pod that it does not concern. */
  readonly except?: string | undefined;
}

/** Forgetting copies the rest: not for less than this. */
const ENOUGH_TO_FORGET = 1_024;

/** Pods that are being tried, and what has happened since each of them left the queue. */
export class InFlight {
  /** The number of events before each pod left, in the order of leaving. */
  readonly #pods = new Map<string, number>();
  #events: SeenEvent[] = [];
  #forgotten = 0;

  uids(): Iterable<string> {
    return this.#pods.keys();
  }

  has(uid: string): boolean {
    return this.#pods.has(uid);
  }

  begin(uid: string): void {
    this.#pods.set(uid, this.#forgotten + this.#events.length);
  }

  record(event: SeenEvent): void {
    if (this.#pods.size > 0) this.#events.push(event);
  }

  /** The attempt is over; answers what happened meanwhile, or undefined for a pod that was not being tried. */
  end(uid: string): readonly SeenEvent[] | undefined {
    const since = this.#pods.get(uid);
    if (since === undefined) return undefined;
    this.#pods.delete(uid);
    const missed = this.#events.slice(since - this.#forgotten);
    this.#forget();
    return missed;
  }

  /** The attempt is over and nobody asks what happened meanwhile. */
  drop(uid: string): void {
    if (this.#pods.delete(uid)) this.#forget();
  }

  /** Drops events that no pod in flight can have missed. */
  #forget(): void {
    const [oldest] = this.#pods.values();
    if (oldest === undefined) {
      this.#forgotten += this.#events.length;
      this.#events = [];
      return;
    }
    const known = oldest - this.#forgotten;
    if (known < ENOUGH_TO_FORGET) return;
    this.#events = this.#events.slice(known);
    this.#forgotten = oldest;
  }
}
