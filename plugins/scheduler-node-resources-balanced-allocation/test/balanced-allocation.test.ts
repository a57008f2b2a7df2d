import { attempt, testComponents, testNode, testNodeInfo, testPod } from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.ts";

const asking = (requests: object, name = "p") =>
  testPod(name, { containers: [{ name: "c", resources: { requests } }] });
const node = (...used: readonly object[]) =>
  testNodeInfo(
    testNode("n", { status: { allocatable: { cpu: "4", memory: "4Gi", "example.com/gpu": "4", pods: "9" } } }),
    ...used.map((requests, index) => asking(requests, `x${index}`)),
  );

describe("NodeResourcesBalancedAllocation", () => {
  it.each([
    { what: "balanced", wants: { cpu: "2", memory: "2Gi" }, used: [], args: {}, scores: [100] },
    { what: "one-sided", wants: { cpu: "2" }, used: [], args: {}, scores: [75] },
    { what: "balanced with its neighbours", wants: { cpu: "2" }, used: [{ memory: "2Gi" }], args: {}, scores: [100] },
    {
      what: "spread over three resources",
      wants: { cpu: "4", "example.com/gpu": "2" },
      used: [],
      args: { resources: [{ name: "cpu" }, { name: "memory" }, { name: "example.com/gpu" }] },
      scores: [59],
    },
    { what: "without requests", wants: {}, used: [{ cpu: "1" }], args: {}, scores: undefined },
  ])("of a pod that is $what", ({ wants, used, args, scores }) => {
    const instance = plugin.create(testComponents(), args);
    expect(attempt(instance, asking(wants), [node(...used)]).scores).toEqual(scores);
  });
});
