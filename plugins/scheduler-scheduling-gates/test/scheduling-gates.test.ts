import { createPodInfo } from "@pinnace/scheduler-framework";
import { testComponents, testPod } from "@pinnace/scheduler-framework/compliance";
import { expect, it } from "vitest";
import plugin from "../src/index.ts";

const instance = plugin.create(testComponents(), {});
it.each([
  { gates: undefined, reasons: [] },
  { gates: [], reasons: [] },
  { gates: [{ name: "a" }], reasons: ["waiting for scheduling gates: [a]"] },
  { gates: [{ name: "a" }, { name: "b" }], reasons: ["waiting for scheduling gates: [a b]"] },
])("SchedulingGates lets a pod with $gates wait: $reasons", ({ gates, reasons }) => {
  expect(instance.preEnqueue!(createPodInfo(testPod("p", { schedulingGates: gates }))).reasons).toEqual(reasons);
});
