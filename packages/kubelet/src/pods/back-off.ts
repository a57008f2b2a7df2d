/** Exponential back-off by key, as client-go's flowcontrol.Backoff: doubling, forgotten after twice the maximum. */
export class BackOff {
  readonly #entries = new Map<string, { delay: number; updatedAt: number }>();
  readonly #initial: number;
  readonly #max: number;
  readonly #now: () => number;

  /** `initial` and `max` in milliseconds. */
  constructor(options: { readonly initial: number; readonly max: number; readonly now: () => number }) {
    this.#initial = options.initial;
    this.#max = options.max;
    this.#now = options.now;
  }

  /** The present delay of a key, 0 when it has none. */
  delay(key: string): number {
    return this.#entries.get(key)?.delay ?? 0;
  }

  /** Milliseconds still to wait when `since` is the instant of the last failure; 0 when there is nothing to wait for. */
  remaining(key: string, since: number): number {
    const entry = this.#entries.get(key);
    if (entry === undefined || since - entry.updatedAt > 2 * this.#max) return 0;
    return Math.max(0, since + entry.delay - this.#now());
  }

  /** The same, counted from the last call of {@link next}. */
  remainingSinceUpdate(key: string): number {
    const entry = this.#entries.get(key);
    return entry === undefined ? 0 : Math.max(0, entry.updatedAt + entry.delay - this.#now());
  }

  /** Records one more failure at `eventTime`: doubles the delay, or starts anew when the last one is long ago. */
  next(key: string, eventTime: number): void {
    const entry = this.#entries.get(key);
    const fresh = entry === undefined || eventTime - entry.updatedAt > 2 * this.#max;
    const delay = fresh ? this.#initial : Math.min(entry.delay * 2, this.#max);
    this.#entries.set(key, { delay, updatedAt: this.#now() });
  }

  /** Forgets all keys that begin with `prefix`. */
  forget(prefix: string): void {
    for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.#entries.delete(key);
  }
}
