import type { Clock, Timer } from "@pinnace/clock";
import type { Store } from "../store.ts";

interface RegularCompaction {
  readonly clock: Pick<Clock, "setInterval">;
  /** Milliseconds between two compactions; 0: never. */
  readonly interval: number;
  /** The revision when it begins, for engines that know it at once. */
  readonly from?: number;
  /** Told why a compaction failed; the next one makes up for it. */
  readonly onError: (error: unknown) => void;
}

/**
 * Compacts a store regularly to where it was the time before, so that its history is kept for one to two intervals, as
 * kube-apiserver does with etcd. A store that nothing was written to is left alone. Cancel the timer when the store closes.
 */
export function compactRegularly(
  store: Pick<Store, "revision" | "compact">,
  { clock, interval, from, onError }: RegularCompaction,
): Timer | undefined {
  if (interval === 0) return undefined;
  let before = from;
  let compacted = 0;
  const compact = async (): Promise<void> => {
    const target = before;
    before = await store.revision();
    if (target === undefined || target <= compacted) return;
    await store.compact(target);
    compacted = target;
  };
  return clock.setInterval(() => void compact().catch(onError), interval);
}
