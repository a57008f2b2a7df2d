import { createPodInfo } from "@pinnace/scheduler-framework";
import { testComponents, testPod } from "@pinnace/scheduler-framework/compliance";
import { expect, it } from "vitest";
import plugin from "../src/index.ts";

const compare = plugin.create(testComponents(), {}).compare!;
const queued = (priority: number | undefined, timestamp: number) => ({
  pod: createPodInfo(testPod("p", { priority })),
  timestamp,
  attempts: 0,
});
it.each([
  { a: queued(10, 2), b: queued(5, 1), first: "a" },
  { a: queued(5, 2), b: queued(5, 1), first: "b" },
  { a: queued(undefined, 2), b: queued(-1, 1), first: "a" },
  { a: queued(undefined, 1), b: queued(0, 2), first: "a" },
])("PrioritySort: $a.timestamp against $b.timestamp", ({ a, b, first }) => {
  expect(Math.sign(compare(a, b))).toBe(first === "a" ? -1 : 1);
});
