import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createVirtualClock } from "../src/index.ts";

type Script = readonly {
  readonly delay: number;
  readonly cancels: number | undefined;
  readonly adds: readonly number[];
}[];

const script: fc.Arbitrary<Script> = fc.array(
  fc.record({
    delay: fc.nat(50),
    cancels: fc.option(fc.nat(20), { nil: undefined }),
    adds: fc.array(fc.nat(20), { maxLength: 3 }),
  }),
  { maxLength: 20 },
);

/** Sets the script's timers; each cancels another one and adds more when it fires. Returns "name@instant" in order. */
async function play(timers: Script, advances: readonly number[]): Promise<string[]> {
  const clock = createVirtualClock({ start: 0 });
  const log: string[] = [];
  const set = timers.map(({ delay, cancels, adds }, index) =>
    clock.setTimeout(() => {
      log.push(`${index}@${clock.now()}`);
      if (cancels !== undefined) set[cancels]?.cancel();
      for (const [part, more] of adds.entries())
        clock.setTimeout(() => log.push(`${index}.${part}@${clock.now()}`), more);
    }, delay),
  );
  for (const duration of advances) await clock.advance(duration);
  return log;
}

/** The same by the obvious means: a list that is searched for its first element. */
function model(timers: Script): string[] {
  const log: string[] = [];
  let sequence = 0;
  const waiting = timers.map(({ delay }, index) => ({ due: delay, order: sequence++, name: `${index}`, index }));
  for (;;) {
    waiting.sort((a, b) => a.due - b.due || a.order - b.order);
    const first = waiting.shift();
    if (first === undefined) return log;
    log.push(`${first.name}@${first.due}`);
    if (first.index < 0) continue;
    const { cancels, adds } = timers[first.index]!;
    const cancelled = waiting.findIndex(({ index }) => index === cancels);
    if (cancels !== undefined && cancelled >= 0) waiting.splice(cancelled, 1);
    for (const [part, more] of adds.entries())
      waiting.push({ due: first.due + more, order: sequence++, name: `${first.name}.${part}`, index: -1 });
  }
}

describe("order of a virtual clock's timers", () => {
  it("is that of the model", async () => {
    const property = fc.asyncProperty(script, async (timers) => {
      expect(await play(timers, [200])).toEqual(model(timers));
    });
    await fc.assert(property);
  });

  it("does not depend on how time is cut into advances", async () => {
    const cuts = fc.array(fc.nat(30), { maxLength: 10 });
    const property = fc.asyncProperty(script, cuts, async (timers, advances) => {
      expect(await play(timers, [...advances, 200])).toEqual(await play(timers, [200]));
    });
    await fc.assert(property);
  });

  it("holds an hour of heartbeats in little real time", async () => {
    const clock = createVirtualClock({ start: 0 });
    let beats = 0;
    for (let node = 0; node < 10; node++) clock.setInterval(() => beats++, 10_000);
    await clock.advance(3_600_000);
    expect(beats).toBe(3600);
  });
});
