import { attempt, testComponents, testNode, testNodeInfo, testPod } from "@pinnace/scheduler-framework/compliance";
import { expect, it } from "vitest";
import plugin from "../src/index.ts";

const nodes = ["a", "b"].map((name) => testNodeInfo(testNode(name)));
it.each([
  { nodeName: undefined, codes: ["Success", "Success"] },
  { nodeName: "a", codes: ["Success", "UnschedulableAndUnresolvable"] },
  { nodeName: "gone", codes: ["UnschedulableAndUnresolvable", "UnschedulableAndUnresolvable"] },
])("NodeName takes only $nodeName", ({ nodeName, codes }) => {
  const { filters } = attempt(plugin.create(testComponents(), {}), testPod("p", { nodeName }), nodes);
  expect(filters.map(({ code }) => code)).toEqual(codes);
});
