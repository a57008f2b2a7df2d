import type { Engine } from "./engine.ts";

const KEYS = 20_000;
const BYTES = 2048;

/** Puts per second of so many writers, each of which waits for one put before the next. */
export async function measurePuts(
  engine: Engine,
  writers: number,
  seconds: number,
  bytes: number = BYTES,
): Promise<number> {
  const value = new Uint8Array(bytes).fill(120);
  const start = performance.now();
  const end = start + seconds * 1000;
  let puts = 0;
  const write = async (): Promise<void> => {
    while (performance.now() < end) {
      await engine.put(`/registry/pods/default/pod-${(puts * 7919) % KEYS}`, value);
      puts++;
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  return puts / ((performance.now() - start) / 1000);
}
