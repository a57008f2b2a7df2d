import { setImmediate as nextTurn } from "node:timers/promises";

/** Begins the line with which a measured process tells what {@link liveMemory} found. */
export const LIVE_MEMORY = "live memory:";

/** Bytes of what is alive in this process, on the heap and outside (buffers), after collections that were asked for. */
export async function liveMemory(collect: () => unknown): Promise<number> {
  // What a weak reference led to in this turn lives until its end; what was only held by that goes with the next one.
  for (let round = 0; round < 3; round++) {
    await nextTurn();
    await collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
