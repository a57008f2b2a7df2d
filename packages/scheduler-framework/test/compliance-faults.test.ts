import { describe, expect, it } from "vitest";
import { SCHEDULER_PLUGIN_CASES } from "../src/compliance/index.ts";
import { type SchedulerPlugin, SUCCESS, unschedulable } from "../src/index.ts";

/** The cases that a plugin fails. */
async function failures(make: () => SchedulerPlugin): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const { name, run } of SCHEDULER_PLUGIN_CASES) {
    try {
      await run(make);
    } catch {
      failed.push(name);
    }
  }
  return failed;
}

let calls = 0;

describe("the suite", () => {
  it("passes a plugin that keeps the contract", async () => {
    expect(await failures(() => ({ filter: () => SUCCESS, score: () => 50 }))).toEqual([]);
  });

  it.each<[string, () => SchedulerPlugin, string]>([
    ["no extension point", () => ({ eventsToRegister: () => [] }), "offers at least one extension point"],
    [
      "a signature that leaves out what its filter looks at",
      () => ({
        signPod: () => [],
        filter: ({ pod }) => (pod.requests.milliCpu > 200 ? unschedulable("large") : SUCCESS),
      }),
      "pods with the same signature get the same verdicts, whatever else is in the cluster",
    ],
    [
      "a signature although its score looks at other nodes",
      () => ({ signPod: () => [], score: ({ snapshot }) => snapshot.nodes.length }),
      "pods with the same signature get the same verdicts, whatever else is in the cluster",
    ],
    [
      "a NormalizeScore that tells equals apart",
      () => ({
        signPod: () => [],
        score: () => 1,
        normalizeScore: (_cycle, scores) => scores.map((_score, index) => index),
      }),
      "NormalizeScore of a plugin that signs gives equal numbers the same score",
    ],
    [
      "a filter by rows that says something else",
      () => ({ filter: () => SUCCESS, filterRows: () => (row) => (row === 2 ? unschedulable("no") : SUCCESS) }),
      "a whole-table variant equals the per-node one",
    ],
    [
      "scores that depend on whether rows are known",
      () => ({ score: () => 1, scoreTable: (_cycle, nodes, rows) => nodes.map(() => (rows === undefined ? 1 : 2)) }),
      "a whole-table variant equals the per-node one",
    ],
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
    [
      "a Reserve that waits",
      () => ({ reserve: () => ({ code: "Wait", reasons: [] }) }),
      "Reserve answers a legal status, and Unreserve may be called twice, also without Reserve",
    ],
    [
      "an Unreserve that needs a Reserve",
      () => {
        let isReserved = false;
        return {
          reserve: () => {
            isReserved = true;
            return SUCCESS;
          },
          unreserve: () => {
            if (!isReserved) throw new Error("not reserved");
            isReserved = false;
          },
        };
      },
      "Reserve answers a legal status, and Unreserve may be called twice, also without Reserve",
    ],
    [
      "a Permit that skips",
      () => ({ permit: () => ({ status: { code: "Skip", reasons: [] } }) }),
      "Permit answers a legal status, and waits for a time that is no less than nothing",
    ],
    [
      "a PreBind that never ends",
      () => ({ preBind: () => new Promise(() => undefined) }),
      "PreBind and Bind end when the attempt is given up",
    ],
    [
      "a hint that cannot tell",
      () => ({
        eventsToRegister: () => [{ event: { resource: "Node", actions: "*" }, hint: () => "Perhaps" as never }],
        filter: () => SUCCESS,
      }),
      "queueing hints answer Queue or QueueSkip for what came, changed and went",
    ],
  ])("finds %s", async (_fault, make, name) => {
    expect(await failures(make)).toContain(name);
  });
});
