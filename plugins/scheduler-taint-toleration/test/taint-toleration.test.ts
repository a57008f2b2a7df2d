import { attempt, testComponents, testNode, testNodeInfo, testPod } from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.ts";

const instance = plugin.create(testComponents(), {});
const tainted = (...effects: readonly string[]) => {
  const taints = effects.map((effect, index) => ({ key: `k${index}`, effect }));
  return testNodeInfo(testNode(`n-${effects.join("-")}`, { spec: { taints } }));
};

describe("TaintToleration", () => {
  it.each([
    { effects: [], tolerations: undefined, fits: true },
    { effects: ["NoSchedule"], tolerations: undefined, fits: false },
    { effects: ["NoExecute"], tolerations: undefined, fits: false },
    { effects: ["PreferNoSchedule"], tolerations: undefined, fits: true },
    { effects: ["NoSchedule"], tolerations: [{ key: "k0", operator: "Exists" }], fits: true },
    { effects: ["NoSchedule", "NoExecute"], tolerations: [{ key: "k0", operator: "Exists" }], fits: false },
    { effects: ["NoSchedule", "NoExecute"], tolerations: [{ operator: "Exists" }], fits: true },
  ])("$effects with $tolerations: $fits", ({ effects, tolerations, fits }) => {
    const [status] = attempt(instance, testPod("p", { tolerations }), [tainted(...effects)]).filters;
    expect(status!.reasons).toEqual(fits ? [] : ["node(s) had untolerated taint(s)"]);
  });

  it("prefers nodes with fewer taints that are not tolerated", () => {
    const nodes = [tainted(), tainted("PreferNoSchedule"), tainted("PreferNoSchedule", "PreferNoSchedule")];
    expect(attempt(instance, testPod("p"), nodes).scores).toEqual([100, 50, 0]);
    const tolerant = testPod("p", { tolerations: [{ key: "k1", operator: "Exists", effect: "PreferNoSchedule" }] });
    expect(attempt(instance, tolerant, nodes).scores).toEqual([100, 0, 0]);
  });

  it("does not count tolerations of other effects for the preference", () => {
    const tolerant = testPod("p", { tolerations: [{ key: "k0", operator: "Exists", effect: "NoSchedule" }] });
    expect(attempt(instance, tolerant, [tainted(), tainted("PreferNoSchedule")]).scores).toEqual([100, 0]);
  });
});
