import { afterEach, describe, expect, it } from "vitest";
import { measureList, PODS } from "../src/api-read/measure.ts";
import { measureWrites } from "../src/api-write/measure.ts";
import { generate } from "../src/load/generate.ts";
import type { ApiTarget } from "../src/peers/target.ts";
import { releaseAll } from "../src/resources.ts";
import { runWatchers } from "../src/watchers/run.ts";
import { type Faults, startFakeServer } from "./fake-server.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  await releaseAll();
});

async function fake(faults?: Faults): Promise<ApiTarget> {
  const target = await startFakeServer(faults);
  stops.push(target.stop);
  return target;
}

const writes = { connections: [1, 4], seconds: 0.2, warmup: 0.1, bytes: 2000, auth: "token" };
const watches = { watchers: 4, streams: 0, burst: 6, rate: 40, seconds: 0.5, patience: 1500 };
const SLOW = 60_000;

describe("the instrument", { timeout: SLOW }, () => {
  it("measures writes of a server without faults", async () => {
    const { loads, halfLoad } = await measureWrites(await fake(), writes);
    expect(loads.map(({ connections, answers }) => [connections, answers > 0])).toEqual([
      [1, true],
      [4, true],
    ]);
    expect(halfLoad.answers).toBeGreaterThan(0);
  });

  it("shows a slowed path in the figures", async () => {
    const rate = async (faults: Faults): Promise<number> => {
      const { port, ca, token } = await fake(faults);
      const job = { target: { port, ca, token }, method: "GET", path: PODS, expected: 200 } as const;
      return (await generate({ ...job, connections: 1, seconds: 0.5 })).throughput;
    };
    expect((await rate({ delay: 20 })) / (await rate({}))).toBeLessThan(0.7);
  });

  it("counts a paced request from the moment at which it was due", async () => {
    const { port, ca, token } = await fake({ delay: 50 });
    const job = { target: { port, ca, token }, method: "GET", path: PODS, expected: 200 } as const;
    const { p99 } = await generate({ ...job, connections: 1, seconds: 0.5, rate: 100 });
    expect(p99).toBeGreaterThan(200);
  });

  it("fails when answers have another status than they must", async () => {
    await expect(measureWrites(await fake({ refuse: 5 }), writes)).rejects.toThrow(/were not 201: 500 refused/);
  });

  it("fails when acknowledged writes are lost", async () => {
    await expect(measureWrites(await fake({ lose: 7 }), writes)).rejects.toThrow(/acknowledged \d+ pods and has \d+/);
  });

  it("fails when a list is not whole", async () => {
    await expect(measureList(await fake(), PODS, 1)).rejects.toThrow("fake listed 0 objects instead of 1");
  });

  it("measures watches of a server without faults", async () => {
    const result = await runWatchers(await fake(), watches);
    expect(result.deliveries).toBeGreaterThan(0);
    expect(result.lagP99).toBeGreaterThan(0);
  });

  it.each([
    ["does not get an event", { skip: 4 }, /after 1.5 s, 2\d of 24 events came/],
    ["gets an event twice", { repeat: 4 }, /events came|a watcher got \d events instead of 6/],
  ])("fails when a watcher %s", async (_, faults, message) => {
    await expect(runWatchers(await fake(faults), watches)).rejects.toThrow(message);
  });
});
