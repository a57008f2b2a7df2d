import type { QueueItem } from "./queue-item.ts";

/** Pods whose back-off ends within the same second leave it together, ordered by importance (KEP-5142). */
const WINDOW = 1_000;

const windowOf = (time: number): number => Math.floor(time / WINDOW) * WINDOW;

/** How long pods are held back after failed attempts: doubling from `initial` to `max`, milliseconds (1 s and 10 s). */
export class Backoff {
  readonly #initial: number;
  readonly #max: number;

  constructor(initial = 1_000, max = 10_000) {
    this.#initial = initial;
    this.#max = max;
  }

  /** The second in which the back-off ends, milliseconds since the epoch; 0 for a pod that has not failed. */
  end(item: QueueItem): number {
    const count = item.errors > 0 ? item.errors : item.rejections;
    if (count === 0 || this.#max === 0) return 0;
    return windowOf(item.timestamp + Math.min(this.#initial * 2 ** (count - 1), this.#max));
  }

  isOver(item: QueueItem, now: number): boolean {
    const end = this.end(item);
    return end === 0 || end < windowOf(now);
  }

  /** When {@link isOver} first holds. */
  release(item: QueueItem): number {
    return this.end(item) + WINDOW;
  }
}
