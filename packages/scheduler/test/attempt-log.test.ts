import { testPod } from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import { AttemptLog } from "../src/explain/attempt-log.ts";
import type { AttemptRecord } from "../src/explain/attempt-record.ts";

function record(name: string, evaluated: number, attempt = 1): AttemptRecord {
  const search = {
    type: "found",
    nodeName: "n",
    evaluated,
    feasible: evaluated,
    nextIndex: 0,
    scored: [],
    rejections: new Map(),
  };
  return {
    pod: testPod(name),
    schedulerName: "default-scheduler",
    attempt,
    started: 0,
    totalNodes: evaluated,
    search: search as AttemptRecord["search"],
    ...{ outcome: "Scheduled", message: "", nominatedNode: undefined, ended: 0 },
  };
}

const names = (log: AttemptLog): (string | undefined)[] => log.latest("").map(({ pod }) => pod.metadata?.name);

describe("AttemptLog", () => {
  it("keeps the last attempts of a pod", () => {
    const log = new AttemptLog({ maxPerPod: 2 });
    for (const attempt of [1, 2, 3]) log.add(record("p", 1, attempt));
    expect(log.of("default", "p").map(({ attempt }) => attempt)).toEqual([2, 3]);
    expect(log.latest("default").map(({ attempt }) => attempt)).toEqual([3]);
    expect(log.latest("other")).toEqual([]);
  });

  it.each([
    { what: "nodes", options: { maxNodes: 30 }, left: ["c", "d"] },
    { what: "attempts", options: { maxAttempts: 3 }, left: ["b", "c", "d"] },
  ])("forgets the oldest when there are too many $what", ({ options, left }) => {
    const log = new AttemptLog(options);
    for (const name of ["a", "b", "c", "d"]) log.add(record(name, 10));
    expect(names(log)).toEqual(left);
  });

  it("keeps the last one however large it is", () => {
    const log = new AttemptLog({ maxNodes: 5 });
    log.add(record("a", 1_000));
    expect(names(log)).toEqual(["a"]);
  });
});
