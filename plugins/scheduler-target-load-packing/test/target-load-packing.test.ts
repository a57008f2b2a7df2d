import type { Node, Pod } from "@pinnace/api";
import { createVirtualClock } from "@pinnace/clock";
import type { SchedulerPlugin } from "@pinnace/scheduler-framework";
import { testComponents, testCycle, testNode, testNodeInfo, testPod } from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.ts";
import type { NodeMetrics } from "../src/node-load.ts";
import type { TargetLoadPackingArgs } from "../src/target-load-packing.ts";

const NOW = Date.UTC(2026, 0, 1);
const at = (seconds: number): string => new Date(NOW + seconds * 1_000).toISOString().replace(".000", "");

const node = (name: string, cpu = "10"): Node =>
  testNode(name, { status: { capacity: { cpu }, allocatable: { cpu } } });
const metricsOf = (name: string, cpu: string, seconds = 0): NodeMetrics => ({
  metadata: { name },
  timestamp: at(seconds),
  usage: { cpu },
});

const pod = (name: string, resources: object, more: { spec?: object; since?: number } = {}): Pod =>
  ({
    ...testPod(name, { containers: [{ name: "c", resources }], ...more.spec }),
    status:
      more.since === undefined
        ? {}
        : { conditions: [{ type: "PodScheduled", status: "True", lastTransitionTime: at(more.since) }] },
  }) as unknown as Pod;

/** The plugin where the API server answers with some metrics; each entry is one answer, the last one stays. */
function setup(args: TargetLoadPackingArgs = {}, ...answers: readonly (readonly NodeMetrics[] | Error)[]) {
  const clock = createVirtualClock({ start: NOW });
  const abort = new AbortController();
  const left = [...answers];
  let asked = 0;
  const components = testComponents({
    clock,
    background: {
      ...testComponents().background,
      signal: abort.signal,
      list: async () => {
        asked += 1;
        const answer = (left.length > 1 ? left.shift() : left[0]) ?? [];
        if (answer instanceof Error) throw answer;
        return answer as never;
      },
    },
  });
  return { clock, abort, asked: () => asked, instance: plugin.create(components, args) };
}

const scoreOf = (instance: SchedulerPlugin, of: Pod, on: Node, ...there: readonly Pod[]): number => {
  const info = testNodeInfo(on, ...there);
  return instance.score!(testCycle(of, [info]), info);
};

const small = pod("p", { limits: { cpu: "1" } });

describe("TargetLoadPacking", () => {
  it.each([
    { what: "idle", usage: "0", score: 55 }, // 10 % with the pod
    { what: "a bit used", usage: "2", score: 85 },
    { what: "used so that the pod brings it to the target", usage: "3", score: 100 },
    { what: "at the target", usage: "4", score: 33 },
    { what: "far above it", usage: "8", score: 7 },
    { what: "full with the pod", usage: "9", score: 0 },
    { what: "too full", usage: "9500m", score: 0 },
  ])("gives a node that is $what a score of $score", async ({ usage, score }) => {
    const { instance, clock } = setup({}, [metricsOf("a", usage)]);
    await clock.settle();
    expect(scoreOf(instance, small, node("a"))).toBe(score);
  });

  it.each([
    { what: "its limit", resources: { requests: { cpu: "1" }, limits: { cpu: "3" } }, score: 85 },
    { what: "one and a half times its request", resources: { requests: { cpu: "2" } }, score: 85 },
    { what: "one CPU without either", resources: {}, score: 55 },
  ])("thinks that a container uses $what", async ({ resources, score }) => {
    const { instance, clock } = setup({}, [metricsOf("a", "0")]);
    await clock.settle();
    expect(scoreOf(instance, pod("p", resources), node("a"))).toBe(score);
  });

  it.each([
    { what: "the target", args: { targetUtilization: 80 }, of: small, score: 83 },
    { what: "what unknown containers use", args: { defaultRequests: { cpu: "3" } }, of: pod("p", {}), score: 85 },
    {
      what: "the multiplier",
      args: { defaultRequestsMultiplier: "2" },
      of: pod("p", { requests: { cpu: "1500m" } }),
      score: 85,
    },
    { what: "a target that is none, which is the default", args: { targetUtilization: 0 }, of: small, score: 55 },
  ])("takes from its arguments $what", async ({ args, of, score }) => {
    const { instance, clock } = setup(args, [metricsOf("a", "0")]);
    await clock.settle();
    expect(scoreOf(instance, of, node("a"))).toBe(score);
  });

  it.each([
    { what: "has long been there", since: -100, score: 55 },
    { what: "came less than a minute before the end of what was measured", since: -50, score: 70 },
    { what: "came after it", since: 5, score: 70 },
    { what: "is being bound", since: undefined, score: 70 },
  ])("adds what a pod uses that is not in the metrics: one that $what", async ({ since, score }) => {
    const { instance, clock } = setup({}, [metricsOf("a", "0")]);
    await clock.settle();
    const other = pod("other", { limits: { cpu: "1" } }, since === undefined ? {} : { since });
    expect(scoreOf(instance, small, node("a"), other)).toBe(score);
  });

  it("counts the overhead of a pod", async () => {
    const { instance, clock } = setup({}, [metricsOf("a", "0")]);
    await clock.settle();
    const boxed = pod("p", { limits: { cpu: "1" } }, { spec: { overhead: { cpu: "2" } } });
    expect(scoreOf(instance, boxed, node("a"))).toBe(85);
  });

  it("gives nodes without metrics the least", async () => {
    const { instance, clock } = setup({}, [metricsOf("a", "2"), { metadata: { name: "b" }, usage: {} }]);
    await clock.settle();
    expect(["a", "b", "c"].map((name) => scoreOf(instance, small, node(name)))).toEqual([85, 0, 0]);
  });

  it("asks every 30 seconds, uses the last answer for five minutes when none comes, and stops in the end", async () => {
    const { instance, clock, abort, asked } = setup(
      {},
      [metricsOf("a", "2")],
      [metricsOf("a", "1", 30)],
      new Error("no server"),
    );
    const score = (): number => scoreOf(instance, small, node("a"));
    await clock.settle();
    expect(score()).toBe(85);
    await clock.advance(30_000);
    expect(score()).toBe(70);
    await clock.advance(300_000);
    expect(score()).toBe(70);
    await clock.advance(30_000);
    expect(score()).toBe(0);
    expect(asked()).toBe(13);
    abort.abort(new Error("over"));
    await clock.advance(120_000);
    expect(asked()).toBe(13);
  });

  it.each([
    { args: { defaultRequestsMultiplier: "much" }, says: 'unable to parse DefaultRequestsMultiplier: "much"' },
    { args: { defaultRequests: { cpu: "much" } }, says: "defaultRequests.cpu: much is no quantity" },
  ])("refuses $args", ({ args, says }) => {
    expect(() => setup(args)).toThrow(says);
  });
});
