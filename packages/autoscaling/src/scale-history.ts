/** A number of replicas that was recommended. `at` in milliseconds since the epoch. */
export interface PastRecommendation {
  readonly at: number;
  readonly replicas: number;
}

/** A change of the target's size by its autoscaler. */
export interface ScaleEvent {
  readonly at: number;
  /** How many replicas came or went; positive. */
  readonly change: number;
}

/** What rules about time need to know of one autoscaler. It lives in memory, as upstream's does. */
export class ScaleHistory {
  #recommendations: readonly PastRecommendation[] = [];
  #ups: readonly ScaleEvent[] = [];
  #downs: readonly ScaleEvent[] = [];

  get recommendations(): readonly PastRecommendation[] {
    return this.#recommendations;
  }

  get ups(): readonly ScaleEvent[] {
    return this.#ups;
  }

  get downs(): readonly ScaleEvent[] {
    return this.#downs;
  }

  /** Keeps a recommendation, and forgets those older than `memory` milliseconds. */
  recommend(replicas: number, now: number, memory: number): void {
    this.#recommendations = [...this.#recommendations.filter(({ at }) => now - at <= memory), { at: now, replicas }];
  }

  /** Keeps a change of size, and forgets those older than `memory` milliseconds. */
  scaled(from: number, to: number, now: number, memory: number): void {
    const recent = (events: readonly ScaleEvent[]): readonly ScaleEvent[] =>
      events.filter(({ at }) => now - at <= memory);
    if (to > from) this.#ups = [...recent(this.#ups), { at: now, change: to - from }];
    if (to < from) this.#downs = [...recent(this.#downs), { at: now, change: from - to }];
  }
}
