import { createPodInfo } from "@pinnace/scheduler-framework";
import { attempt, testComponents, testNode, testNodeInfo, testPod } from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.ts";

const instance = plugin.create(testComponents(), {});
const cordoned = testNode("n", { spec: { unschedulable: true } });
const KEY = "node.kubernetes.io/unschedulable";

describe("NodeUnschedulable", () => {
  it.each([
    { tolerations: undefined, reasons: ["node(s) were unschedulable"] },
    { tolerations: [{ key: KEY, operator: "Exists" }], reasons: [] },
    { tolerations: [{ key: KEY, operator: "Exists", effect: "NoExecute" }], reasons: ["node(s) were unschedulable"] },
  ])("takes a pod with $tolerations: $reasons", ({ tolerations, reasons }) => {
    const [status] = attempt(instance, testPod("p", { tolerations }), [testNodeInfo(cordoned)]).filters;
    expect(status!.reasons).toEqual(reasons);
  });

  it("cares when a node is uncordoned", () => {
    const hint = instance.eventsToRegister!()[0]!.hint!;
    expect(hint(createPodInfo(testPod("p")), cordoned, testNode("n"))).toBe("Queue");
    expect(hint(createPodInfo(testPod("p")), testNode("n"), cordoned)).toBe("QueueSkip");
  });
});
