/** Delays of a retry loop, in milliseconds. */
export interface Backoff {
  /** The delay before the next attempt; grows with each call. */
  next(): number;
  /** Starts over with the first delay. */
  reset(): void;
}

export interface BackoffOptions {
  /** First delay; default 800 (client-go's reflector). */
  readonly initial?: number;
  /** Largest delay before jitter; default 30,000. */
  readonly max?: number;
  /** Each delay is this many times the one before; default 2. */
  readonly factor?: number;
  /** A delay is stretched by up to this share of itself; default 1. */
  readonly jitter?: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Exponential back-off with jitter. */
export function createBackoff(options: BackoffOptions): Backoff {
  const { initial = 800, max = 30_000, factor = 2, jitter = 1, random } = options;
  let delay = initial;
  return {
    next: () => {
      const current = delay;
      delay = Math.min(max, delay * factor);
      return current * (1 + random() * jitter);
    },
    reset: () => {
      delay = initial;
    },
  };
}
