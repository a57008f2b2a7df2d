import { describe, expect, it } from "vitest";
import { testCycle, testNode, testNodeInfo, testPod } from "../src/compliance/index.ts";
import {
  Profile,
  plainVerdicts,
  type SchedulerPlugin,
  SKIP,
  type Status,
  SUCCESS,
  unresolvable,
  unschedulable,
} from "../src/index.ts";

const base: SchedulerPlugin = { compare: () => 0, bind: async () => SUCCESS };
const nodes = [testNodeInfo(testNode("a")), testNodeInfo(testNode("b"))];
const cycle = testCycle(testPod("p"), nodes);
const NONE = new Set<string>();

function profile(...plugins: readonly SchedulerPlugin[]): Profile {
  const named = [base, ...plugins].map((plugin, index) => [`P${index}`, plugin] as const);
  const defaults = named.map(([name], index) => ({ name, weight: Math.max(index, 1) }));
  return new Profile({ config: { schedulerName: "s" }, defaults, instances: new Map(named) });
}

describe("Profile", () => {
  it("names the plugin that rejects", () => {
    const { runFilters } = { runFilters: profile({ filter: () => unschedulable("no") }) };
    expect(runFilters.runFilters(cycle, nodes[0]!, NONE)).toEqual({
      code: "Unschedulable",
      reasons: ["no"],
      plugin: "P1",
    });
  });

  it("turns what a plugin throws into an error", () => {
    const broken = profile({
      filter: () => {
        throw new Error("boom");
      },
    });
    const { code, reasons, plugin } = broken.runFilters(cycle, nodes[0]!, NONE);
    expect([code, reasons, plugin]).toEqual(["Error", ['running Filter plugin "P1": boom'], "P1"]);
  });

  it("says where an error that a plugin returns came from", async () => {
    const returned: Status = { code: "Error", reasons: ["disk full"] };
    const filters = profile({ filter: () => returned });
    expect(filters.runFilters(cycle, nodes[0]!, NONE).reasons).toEqual(['running Filter plugin "P1": disk full']);
    const prepares = profile({ preBind: async () => returned });
    expect((await prepares.runPreBind(cycle, "a")).reasons).toEqual(['running PreBind plugin "P1": disk full']);
  });

  it("asks no filter after the first that rejects, and none that is skipped", () => {
    const asked: string[] = [];
    const tell = (name: string, code = SUCCESS): SchedulerPlugin => ({
      filter: () => {
        asked.push(name);
        return code;
      },
    });
    const it = profile(tell("first"), tell("second", unschedulable("no")), tell("third"));
    it.runFilters(cycle, nodes[0]!, new Set(["P1"]));
    expect(asked).toEqual(["second"]);
  });

  it("intersects the nodes that PreFilter plugins name, and notes who skips", () => {
    const it = profile(
      { preFilter: () => ({ status: SUCCESS, nodeNames: new Set(["a", "b"]) }) },
      { preFilter: () => ({ status: SUCCESS, nodeNames: new Set(["b", "c"]) }) },
      { preFilter: () => ({ status: SKIP }) },
    );
    const outcome = it.runPreFilter(cycle);
    expect([...(outcome.nodeNames ?? [])]).toEqual(["b"]);
    expect(outcome.narrowedBy).toEqual(["P1", "P2"]);
    expect([...outcome.skipped]).toEqual(["P3"]);
  });

  it("stops at a PreFilter that rejects", () => {
    const it = profile({ preFilter: () => ({ status: unresolvable("never") }) });
    expect(it.runPreFilter(cycle).status).toMatchObject({ reasons: ["never"], plugin: "P1" });
  });

  it("adds up weighted scores, normalised by their plugin", () => {
    const it = profile(
      { score: (_cycle, { name }) => (name === "a" ? 10 : 20) },
      {
        score: (_cycle, { name }) => (name === "a" ? 4 : 2),
        normalizeScore: (_cycle, scores) => scores.map((score) => score * 25),
      },
    );
    const scored = it.runScores(cycle, nodes, NONE).rows;
    expect(scored.map(({ total }) => total)).toEqual([10 + 2 * 100, 20 + 2 * 50]);
    expect(scored[0]!.scores.get("P2")).toBe(200);
  });

  it("asks filters with tables about all nodes that are left, and names who rejected", () => {
    const asked: (readonly string[])[] = [];
    const it = profile(
      { filter: (_cycle, { name }) => (name === "a" ? unschedulable("not a") : SUCCESS) },
      {
        filter: () => SUCCESS,
        filterTable: (_cycle, all) => {
          asked.push(all.map(({ name }) => name));
          return all.map(() => unresolvable("full"));
        },
      },
    );
    const verdicts = plainVerdicts(it, cycle, it.activeFilters(NONE));
    const statuses = nodes.map((node, row) => verdicts.filter(node, row));
    expect(statuses).toEqual([
      { code: "Unschedulable", reasons: ["not a"], plugin: "P1" },
      { code: "UnschedulableAndUnresolvable", reasons: ["full"], plugin: "P2" },
    ]);
    expect(asked).toEqual([["b"]]);
  });

  it("asks about one node after the other when a table fails", () => {
    const it = profile({
      filter: (_cycle, { name }) => (name === "a" ? SUCCESS : unschedulable("not b")),
      filterTable: () => {
        throw new Error("no table");
      },
    });
    const verdicts = plainVerdicts(it, cycle, it.activeFilters(NONE));
    expect(nodes.map((node, row) => verdicts.filter(node, row).code)).toEqual(["Success", "Unschedulable"]);
  });

  it("prefers a table of scores", () => {
    const it = profile({ score: () => 0, scoreTable: () => [1, 2] });
    expect(it.runScores(cycle, nodes, NONE).totals).toEqual([1, 2]);
  });

  it.each([-1, 101])("refuses the score %d", (score) => {
    expect(() => profile({ score: () => score }).runScores(cycle, nodes, NONE)).toThrow(RangeError);
  });

  it("unreserves in reverse order", async () => {
    const undone: string[] = [];
    const reserving = (name: string): SchedulerPlugin => ({
      reserve: async () => SUCCESS,
      unreserve: async () => void undone.push(name),
    });
    await profile(reserving("first"), reserving("second")).runUnreserve(cycle, "a");
    expect(undone).toEqual(["second", "first"]);
  });

  it("collects the timeouts of plugins that wait, at most fifteen minutes", () => {
    const it = profile(
      { permit: () => ({ status: { code: "Wait", reasons: [] }, timeout: 1_000 }) },
      { permit: () => ({ status: { code: "Wait", reasons: [] }, timeout: 1e9 }) },
    );
    const { status, timeouts } = it.runPermit(cycle, "a");
    expect(status.code).toBe("Wait");
    expect([...timeouts]).toEqual([
      ["P1", 1_000],
      ["P2", 900_000],
    ]);
  });

  it("asks the next binder when one skips", async () => {
    const it = new Profile({
      config: { schedulerName: "s" },
      defaults: [{ name: "Skips" }, { name: "Binds" }],
      instances: new Map<string, SchedulerPlugin>([
        ["Skips", { compare: () => 0, bind: async () => SKIP }],
        ["Binds", { bind: async () => SUCCESS }],
      ]),
    });
    expect((await it.runBind(cycle, "a")).code).toBe("Success");
  });

  it("prebinds only what has something to do", async () => {
    const done: string[] = [];
    const finish = (name: string): Status => {
      done.push(name);
      return SUCCESS;
    };
    const it = profile(
      { preBindPreFlight: () => SKIP, preBind: async () => finish("idle") },
      { preBindPreFlight: () => SUCCESS, preBind: async () => finish("busy") },
    );
    expect(it.needsPreBind(cycle, "a")).toBe(true);
    await it.runPreBind(cycle, "a");
    expect(done).toEqual(["busy"]);
    expect(profile({ preBindPreFlight: () => SKIP, preBind: async () => SUCCESS }).needsPreBind(cycle, "a")).toBe(
      false,
    );
  });
});
