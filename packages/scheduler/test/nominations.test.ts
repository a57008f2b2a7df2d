import { createPodInfo } from "@pinnace/scheduler-framework";
import { testNode, testNodeInfo, testPod } from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import { nodeEvents, podEvents } from "../src/node-events.ts";
import { Nominations } from "../src/nominations.ts";

const pod = (name: string, priority: number) => createPodInfo(testPod(name, { priority }));
const node = testNodeInfo(testNode("n"));
const names = (pods: readonly { readonly pod: { readonly metadata?: { readonly name?: string } } }[]) =>
  pods.map((each) => each.pod.metadata?.name);

describe("Nominations", () => {
  it("counts those that are at least as important, and not the pod itself", () => {
    const nominations = new Nominations();
    for (const each of [pod("low", 1), pod("same", 5), pod("high", 9)]) nominations.set(each, "n");
    expect(names(nominations.rivals(node, pod("p", 5)))).toEqual(["same", "high"]);
    expect(names(nominations.rivals(node, pod("same", 5)))).toEqual(["high"]);
    expect(names(nominations.weaker("n", pod("p", 5)))).toEqual(["low"]);
  });

  it("moves and forgets", () => {
    const nominations = new Nominations();
    nominations.set(pod("a", 1), "n");
    nominations.set(pod("a", 1), "m");
    expect(nominations.rivals(node, pod("p", 0))).toEqual([]);
    expect(nominations.nodeOf("uid-a")).toBe("m");
    nominations.set(pod("a", 1), "");
    expect(nominations.nodeOf("uid-a")).toBeUndefined();
  });
});

describe("nodeEvents", () => {
  const before = testNode("n");
  const condition = (status: string, time: string) => ({
    status: {
      allocatable: { cpu: "4", memory: "8Gi", pods: "110" },
      conditions: [{ type: "Ready", status, lastHeartbeatTime: time }],
    },
  });
  it.each([
    { what: "nothing", a: before, b: testNode("n"), actions: [] },
    { what: "labels", a: before, b: testNode("n", { labels: { zone: "z" } }), actions: ["UpdateNodeLabel"] },
    { what: "taints", a: before, b: testNode("n", { spec: { taints: [{ key: "k" }] } }), actions: ["UpdateNodeTaint"] },
    { what: "a cordon", a: before, b: testNode("n", { spec: { unschedulable: true } }), actions: ["UpdateNodeTaint"] },
    {
      what: "room",
      a: before,
      b: testNode("n", { status: { allocatable: { cpu: "5" } } }),
      actions: ["UpdateNodeAllocatable"],
    },
    {
      what: "a condition",
      a: testNode("n", condition("True", "1")),
      b: testNode("n", condition("False", "2")),
      actions: ["UpdateNodeCondition"],
    },
    {
      what: "a heartbeat",
      a: testNode("n", condition("True", "1")),
      b: testNode("n", condition("True", "2")),
      actions: [],
    },
  ])("sees $what as $actions", ({ a, b, actions }) => {
    expect(nodeEvents(a, b).map(({ action }) => action)).toEqual(actions);
  });
});

describe("podEvents", () => {
  const container = (cpu: string) => ({ containers: [{ name: "main", resources: { requests: { cpu } } }] });
  it.each([
    { what: "labels", a: testPod("p"), b: testPod("p", {}, { labels: { a: "1" } }), actions: ["UpdatePodLabel"] },
    {
      what: "tolerations",
      a: testPod("p"),
      b: testPod("p", { tolerations: [{ operator: "Exists" }] }),
      actions: ["UpdatePodTolerations"],
    },
    {
      what: "the last gate",
      a: testPod("p", { schedulingGates: [{ name: "a" }] }),
      b: testPod("p"),
      actions: ["UpdatePodSchedulingGatesEliminated"],
    },
    {
      what: "less CPU",
      a: testPod("p", container("2")),
      b: testPod("p", container("1")),
      actions: ["UpdatePodScaleDown"],
    },
    { what: "more CPU", a: testPod("p", container("1")), b: testPod("p", container("2")), actions: ["Update"] },
    { what: "status only", a: testPod("p"), b: { ...testPod("p"), status: { phase: "Running" } }, actions: ["Update"] },
  ])("sees $what as $actions", ({ a, b, actions }) => {
    expect(podEvents(a, b as never, "AssignedPod").map(({ action }) => action)).toEqual(actions);
  });
});
