import { describe, expect, it } from "vitest";
import { SCHEDULER_PLUGIN_CASES } from "../src/compliance/index.ts";
import { type SchedulerPlugin, SUCCESS, unschedulable } from "../src/index.ts";

/** The cases that a plugin fails. */
function failures(make: () => SchedulerPlugin): readonly string[] {
  return SCHEDULER_PLUGIN_CASES.filter(({ run }) => {
    try {
      run(make);
      return false;
    } catch {
      return true;
    }
  }).map(({ name }) => name);
}

let calls = 0;

describe("the suite", () => {
  it("passes a plugin that keeps the contract", () => {
    expect(failures(() => ({ filter: () => SUCCESS, score: () => 50 }))).toEqual([]);
  });

  it.each<[string, () => SchedulerPlugin, string]>([
    ["no extension point", () => ({ eventsToRegister: () => [] }), "offers at least one extension point"],
    [
      "an exception",
      () => ({
        filter: () => {
          throw new Error("no");
        },
      }),
      "never throws for a pod that does not fit, and leaves frozen inputs alone",
    ],
    [
      "a rejection without a reason",
      () => ({ filter: () => unschedulable() }),
      "Filter answers Success or a rejection with a reason",
    ],
    [
      "a status of another point",
      () => ({ filter: () => ({ code: "Wait", reasons: ["x"] }) }),
      "Filter answers Success or a rejection with a reason",
    ],
    ["a score beyond 100", () => ({ score: () => 101 }), "scores are integers from 0 to 100, one per node"],
    [
      "chance",
      () => ({ score: () => calls++ % 100 }),
      "the same input gives the same verdicts, also from another instance",
    ],
    [
      "a table that differs",
      () => ({ score: () => 1, scoreTable: (_cycle, nodes) => nodes.map(() => 2) }),
      "a whole-table variant equals the per-node one",
    ],
  ])("finds %s", (_fault, make, name) => {
    expect(failures(make)).toContain(name);
  });
});
