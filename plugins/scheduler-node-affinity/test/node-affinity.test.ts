import type { SchedulerPlugin } from "@pinnace/scheduler-framework";
import {
  attempt,
  testComponents,
  testCycle,
  testNode,
  testNodeInfo,
  testPod,
} from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.ts";

const create = (args: object = {}): SchedulerPlugin => plugin.create(testComponents(), args);
const nodes = [
  testNodeInfo(testNode("a", { labels: { disk: "ssd" } })),
  testNodeInfo(testNode("b", { labels: { disk: "hdd" } })),
];
const disk = (value: string): object => ({ matchExpressions: [{ key: "disk", operator: "In", values: [value] }] });
const name = (...values: readonly string[]): object => ({
  matchFields: [{ key: "metadata.name", operator: "In", values }],
});
const required = (...nodeSelectorTerms: readonly object[]): object => ({
  requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms },
});
const withAffinity = (nodeAffinity: object) => testPod("p", { affinity: { nodeAffinity } });

describe("NodeAffinity", () => {
  const MISMATCH = "node(s) didn't match Pod's node affinity/selector";
  it.each([
    { what: "a selector", pod: testPod("p", { nodeSelector: { disk: "ssd" } }), says: [undefined, MISMATCH] },
    { what: "one of two terms", pod: withAffinity(required(disk("ssd"), disk("hdd"))), says: [undefined, undefined] },
    { what: "a term", pod: withAffinity(required(disk("hdd"))), says: [MISMATCH, undefined] },
  ])("filters by $what", ({ pod, says }) => {
    expect(attempt(create(), pod, nodes).filters.map(({ reasons }) => reasons[0])).toEqual(says);
  });

  it.each([
    { what: "nothing without a wish", pod: testPod("p"), code: "Skip", names: undefined },
    {
      what: "the nodes that every term names",
      pod: withAffinity(required(name("a"), name("b"))),
      code: "Success",
      names: ["a", "b"],
    },
    {
      what: "all when a term names none",
      pod: withAffinity(required(name("a"), disk("ssd"))),
      code: "Success",
      names: undefined,
    },
    {
      what: "none when names contradict",
      pod: withAffinity(
        required({ matchFields: [...Object.values(name("a")).flat(), ...Object.values(name("b")).flat()] }),
      ),
      code: "UnschedulableAndUnresolvable",
      names: undefined,
    },
  ])("looks at $what", ({ pod, code, names }) => {
    const { status, nodeNames } = create().preFilter!(testCycle(pod, nodes));
    expect([status.code, nodeNames && [...nodeNames]]).toEqual([code, names]);
  });

  const preferred = (...terms: readonly (readonly [number, object])[]): object => ({
    preferredDuringSchedulingIgnoredDuringExecution: terms.map(([weight, preference]) => ({ weight, preference })),
  });
  it.each([
    { what: "one preference", affinity: preferred([5, disk("ssd")]), scores: [100, 0] },
    { what: "the heavier preference", affinity: preferred([5, disk("ssd")], [10, disk("hdd")]), scores: [50, 100] },
    { what: "an empty preference, which is none", affinity: preferred([5, {}]), scores: [0, 0] },
    { what: "none", affinity: {}, scores: undefined },
  ])("scores by $what", ({ affinity, scores }) =>
    expect(attempt(create(), withAffinity(affinity), nodes).scores).toEqual(scores),
  );

  it("adds the profile's affinity to every pod", () => {
    const instance = create({ addedAffinity: required(disk("ssd")) });
    expect(attempt(instance, testPod("p"), nodes).filters.map(({ reasons }) => reasons[0])).toEqual([
      undefined,
      "node(s) didn't match scheduler-enforced node affinity",
    ]);
  });
});
