import type { Engine } from "./engine.ts";

const KEYS = 20_000;
const VALUE = new Uint8Array(2048).fill(120);

/** Puts per second of so many writers, each of which waits for one put before the next. */
export async function measurePuts(engine: Engine, writers: number, seconds: number): Promise<number> {
  const start = performance.now();
  const end = start + seconds * 1000;
  let puts = 0;
  const write = async (): Promise<void> => {
    while (performance.now() < end) {
      await engine.put(`/registry/pods/default/pod-${(puts * 7919) % KEYS}`, VALUE);
      puts++;
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  return puts / ((performance.now() - start) / 1000);
}
