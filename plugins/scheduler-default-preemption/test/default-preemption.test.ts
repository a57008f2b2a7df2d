import type { Pod } from "@pinnace/api";
import { createMetricRegistry } from "@pinnace/metrics";
import {
  createPodInfo,
  type FilterRunner,
  type NodeInfo,
  type SchedulerComponents,
  type Status,
  SUCCESS,
  unresolvable,
  unschedulable,
  withoutPod,
  withPod,
} from "@pinnace/scheduler-framework";
import {
  testComponents,
  testCycle,
  testNode,
  testNodeInfo,
  testPod,
  testReader,
} from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.ts";

const CPU = unschedulable("Insufficient cpu");

const pod = (
  name: string,
  cpu: string,
  priority: number,
  more: { spec?: object; metadata?: object; status?: object } = {},
): Pod => {
  const container = { name: "main", resources: { requests: { cpu } } };
  const base = testPod(name, { containers: [container], priority, ...more.spec }, more.metadata);
  return { ...base, status: { ...base.status, ...more.status } } as Pod;
};

/** Filters by CPU alone. */
const byCpu: FilterRunner = {
  trial: (cycle, nodeName) => {
    let node = cycle.snapshot.get(nodeName);
    if (node === undefined) return undefined;
    return {
      remove: (removed) => {
        node = withoutPod(node!, removed.pod.metadata?.uid ?? "");
        return SUCCESS;
      },
      add: (added) => {
        node = withPod(node!, added);
        return SUCCESS;
      },
      fits: () => (node!.requested.milliCpu + cycle.pod.requests.milliCpu > node!.allocatable.milliCpu ? CPU : SUCCESS),
    };
  },
};

interface Evictions {
  readonly victims: string[];
  readonly activated: string[];
}

function setup(objects: Readonly<Record<string, readonly object[]>> = {}, change: Partial<SchedulerComponents> = {}) {
  const log: Evictions = { victims: [], activated: [] };
  const components = testComponents({
    reader: testReader(objects),
    filters: byCpu,
    writer: {
      ...testComponents().writer,
      bind: async () => undefined,
      preempt: async (victim, _preemptor, nodeName) => {
        log.victims.push(`${victim.metadata?.name} on ${nodeName}`);
      },
      patch: async (_type, object) => object,
    },
    queue: { activate: ({ metadata }) => log.activated.push(metadata?.name ?? "") },
    ...change,
  });
  const instance = plugin.create(components, { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 });
  return { log, instance };
}

const node = (name: string, ...pods: readonly Pod[]): NodeInfo => testNodeInfo(testNode(name), ...pods);

async function preempt(
  preemptor: Pod,
  nodes: readonly NodeInfo[],
  { instance, log } = setup(),
  rejections: ReadonlyMap<string, Status> = new Map(nodes.map(({ name }) => [name, CPU])),
) {
  const outcome = await instance.postFilter!(testCycle(preemptor, nodes), rejections);
  await new Promise((resolve) => setImmediate(resolve));
  return { ...outcome, victims: log.victims.sort() };
}

describe("DefaultPreemption", () => {
  const high = pod("p", "3", 1_000);

  it("evicts a less important pod and nominates the node", async () => {
    const outcome = await preempt(high, [node("a", pod("x", "4", 10))]);
    expect(outcome).toEqual({ status: SUCCESS, nominatedNode: "a", victims: ["x on a"] });
  });

  it("is measured as kube-scheduler measures it", async () => {
    const metrics = createMetricRegistry();
    const failing = { ...testComponents().writer, preempt: () => Promise.reject(new Error("no")) };
    await preempt(high, [node("a", pod("x", "2", 10), pod("y", "2", 10))], setup({}, { metrics }));
    await preempt(high, [node("a", pod("x", "4", 10))], setup({}, { metrics, writer: failing }));
    await preempt(high, [node("a", pod("x", "4", 1_000))], setup({}, { metrics }));
    const lines = metrics.expose().split("\n");
    expect(lines.filter((line) => /_(total|sum|count|le="1"})/.test(line) && !line.startsWith("#"))).toEqual([
      "scheduler_preemption_attempts_total 3",
      'scheduler_preemption_goroutines_duration_seconds_sum{result="success"} 0',
      'scheduler_preemption_goroutines_duration_seconds_count{result="success"} 1',
      'scheduler_preemption_goroutines_duration_seconds_sum{result="error"} 0',
      'scheduler_preemption_goroutines_duration_seconds_count{result="error"} 1',
      'scheduler_preemption_goroutines_execution_total{result="success"} 1',
      'scheduler_preemption_goroutines_execution_total{result="error"} 1',
      "scheduler_preemption_victims_sum 3",
      "scheduler_preemption_victims_count 2",
    ]);
  });

  it("holds the pod back while evictions run; the deletion of the last victim brings it back", async () => {
    const victim = pod("x", "4", 10);
    const made = setup({ pods: [victim] });
    const pending = preempt(high, [node("a", victim)], made);
    expect(made.instance.preEnqueue!(createPodInfo(high)).reasons).toEqual([
      "waiting for the preemption for this pod to be finished",
    ]);
    await pending;
    expect(made.instance.preEnqueue!(createPodInfo(high))).toBe(SUCCESS);
    expect(made.log.activated).toEqual([]);
  });

  it.each([
    {
      what: "pods of its own priority",
      there: pod("x", "4", 1_000),
      reason: "1 No preemption victims found for incoming pod",
    },
    { what: "pods whose leaving does not help", there: pod("x", "1", 10), reason: "1 Insufficient cpu", wants: "5" },
  ])("finds nobody to evict among $what", async ({ there, reason, wants = "3" }) => {
    const outcome = await preempt(pod("p", wants, 1_000), [node("a", there)]);
    expect(outcome.status).toMatchObject({
      code: "Unschedulable",
      reasons: [`preemption: 0/1 nodes are available: ${reason}.`],
    });
    expect(outcome.nominatedNode).toBe("");
  });

  it("says where preemption cannot help", async () => {
    const nodes = [node("a", pod("x", "4", 2_000)), node("b", pod("y", "4", 10)), node("c", pod("z", "1", 10))];
    const outcome = await preempt(
      pod("p", "4.5", 1_000),
      nodes,
      setup(),
      new Map([
        ["a", CPU],
        ["b", unresolvable("node(s) had untolerated taint(s)")],
        ["c", CPU],
      ]),
    );
    expect(outcome.status.reasons[0]).toBe(
      "preemption: 0/3 nodes are available: 1 Insufficient cpu, 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.",
    );
  });

  describe("is not tried", () => {
    const leaving = pod("x", "4", 10, {
      metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" },
      status: { conditions: [{ type: "DisruptionTarget", status: "True", reason: "PreemptionByScheduler" }] },
    });
    it.each([
      {
        when: "the pod never preempts",
        preemptor: pod("p", "3", 1_000, { spec: { preemptionPolicy: "Never" } }),
        reason: "not eligible due to preemptionPolicy=Never.",
      },
      {
        when: "its victim is still leaving",
        preemptor: pod("p", "3", 1_000, { status: { nominatedNodeName: "a" } }),
        reason: "not eligible due to a terminating pod on the nominated node.",
      },
    ])("when $when", async ({ preemptor, reason }) => {
      const outcome = await preempt(preemptor, [node("a", leaving)]);
      expect(outcome).toEqual({ status: unschedulable(`preemption: ${reason}`), victims: [] });
    });

    it("but is when the nominated node has become hopeless", async () => {
      const preemptor = pod("p", "3", 1_000, { status: { nominatedNodeName: "a" } });
      const nodes = [node("a", leaving), node("b", pod("y", "4", 10))];
      const rejections = new Map([
        ["a", unresolvable("node(s) were unschedulable")],
        ["b", CPU],
      ]);
      expect((await preempt(preemptor, nodes, setup(), rejections)).nominatedNode).toBe("b");
    });
  });

  describe("chooses victims", () => {
    const started = (name: string, cpu: string, priority: number, startTime: string): Pod =>
      pod(name, cpu, priority, { status: { startTime } });

    it("as few and as unimportant as will do", async () => {
      const pods = [pod("x", "2", 10), pod("y", "1", 20), pod("z", "1", 30)];
      expect((await preempt(pod("p", "2", 1_000), [node("a", ...pods)])).victims).toEqual(["x on a"]);
    });

    it("the younger of equals", async () => {
      const pods = [started("old", "2", 10, "2026-01-01T00:00:00Z"), started("young", "2", 10, "2026-01-02T00:00:00Z")];
      expect((await preempt(pod("p", "2", 1_000), [node("a", ...pods)])).victims).toEqual(["young on a"]);
    });

    it("several together", async () => {
      const pods = [pod("x", "2", 10), pod("y", "2", 20)];
      expect((await preempt(pod("p", "4", 1_000), [node("a", ...pods)])).victims).toEqual(["x on a", "y on a"]);
    });
  });

  describe("chooses the node", () => {
    it.each([
      { by: "the lowest highest priority", a: [pod("a1", "4", 20)], b: [pod("b1", "4", 10)], chosen: "b" },
      {
        by: "the lowest sum of priorities",
        a: [pod("a1", "2", 20), pod("a2", "2", 10)],
        b: [pod("b1", "2", 20), pod("b2", "2", 5)],
        chosen: "b",
      },
      {
        by: "the fewest victims, also with negative priorities",
        a: [pod("a1", "2", -10), pod("a2", "2", -10)],
        b: [pod("b1", "4", -10)],
        chosen: "b",
      },
      {
        by: "the latest start",
        a: [pod("a1", "4", 10, { status: { startTime: "2025-01-01T00:00:00Z" } })],
        b: [pod("b1", "4", 10, { status: { startTime: "2025-01-02T00:00:00Z" } })],
        chosen: "b",
      },
    ])("by $by", async ({ a, b, chosen }) => {
      const outcome = await preempt(pod("p", "4", 1_000), [node("a", ...a), node("b", ...b)]);
      expect(outcome.nominatedNode).toBe(chosen);
    });
  });

  describe("with disruption budgets", () => {
    const budget = (disruptionsAllowed: number, status: object = {}): object => ({
      metadata: { name: "b", namespace: "default" },
      spec: { selector: { matchLabels: { app: "web" } } },
      status: { disruptionsAllowed, ...status },
    });
    const web = (name: string, cpu: string, priority = 10): Pod =>
      pod(name, cpu, priority, { metadata: { labels: { app: "web" } } });
    const nodes = [node("a", web("x", "4")), node("b", pod("y", "4", 50))];

    it("prefers a node where none is violated", async () => {
      const made = setup({ poddisruptionbudgets: [budget(0)] });
      expect((await preempt(high, nodes, made)).nominatedNode).toBe("b");
    });

    it.each([
      { what: "allows the disruption", objects: [budget(1)] },
      { what: "knows of it already", objects: [budget(0, { disruptedPods: { x: "2026-01-01T00:00:00Z" } })] },
      { what: "is in another namespace", objects: [{ ...budget(0), metadata: { name: "b", namespace: "other" } }] },
    ])("does not mind one that $what", async ({ objects }) => {
      expect((await preempt(high, nodes, setup({ poddisruptionbudgets: objects }))).nominatedNode).toBe("a");
    });

    it("violates one when nothing else helps", async () => {
      const made = setup({ poddisruptionbudgets: [budget(0)] });
      expect((await preempt(high, [nodes[0]!], made)).victims).toEqual(["x on a"]);
    });

    it("spares the protected pod first", async () => {
      const made = setup({ poddisruptionbudgets: [budget(0)] });
      const both = node("a", web("kept", "2", 10), pod("gone", "2", 20));
      expect((await preempt(pod("p", "2", 1_000), [both], made)).victims).toEqual(["gone on a"]);
    });
  });

  it("rejects a victim that Permit keeps waiting instead of deleting it", async () => {
    const victim = pod("x", "4", 10);
    const rejected: string[] = [];
    const waiting = {
      pod: victim,
      nodeName: "a",
      allow: () => undefined,
      reject: () => undefined,
      preempt: (_plugin: string, reason: string) => void rejected.push(reason),
    };
    const made = setup({}, { waitingPods: { list: () => [waiting] } });
    const outcome = await preempt(high, [node("a", victim)], made);
    expect([rejected, outcome.victims]).toEqual([["preempted"], []]);
  });

  it("gives up the PreBind of a victim instead of deleting it, and does not hold the pod back for that", async () => {
    const victim = pod("x", "4", 10);
    const cancelled: string[] = [];
    const cancelPreBind = (uid: string, reason: string): boolean => cancelled.push(`${uid}: ${reason}`) > 0;
    const made = setup({ pods: [victim] }, { waitingPods: { list: () => [], cancelPreBind } });
    const pending = preempt(high, [node("a", victim)], made);
    expect(made.instance.preEnqueue!(createPodInfo(high))).toBe(SUCCESS);
    expect((await pending).victims).toEqual([]);
    expect(cancelled).toEqual(["uid-x: preempted by DefaultPreemption"]);
  });

  it("lets the pod back as soon as the last victim is gone, though the eviction has not been answered", async () => {
    const victims: object[] = [pod("x", "4", 10)];
    const writer = { ...testComponents().writer, preempt: () => new Promise<void>(() => undefined) };
    const made = setup({ pods: victims }, { writer });
    await preempt(high, [node("a", victims[0] as Pod)], made);
    expect(made.instance.preEnqueue!(createPodInfo(high)).code).toBe("UnschedulableAndUnresolvable");
    victims.length = 0;
    expect(made.instance.preEnqueue!(createPodInfo(high))).toBe(SUCCESS);
  });

  it.each([
    { left: ["b"], outcome: { status: SUCCESS, nominatedNode: "b", victims: ["y on b"] } },
    {
      left: [] as string[],
      outcome: { status: unschedulable("preemption: no candidate node for preemption"), victims: [] },
    },
  ])("takes the advice of programs outside: $left", async ({ left, outcome }) => {
    const preemption: SchedulerComponents["preemption"] = {
      advise: async (_pod, candidates) => candidates.filter(({ nodeName }) => left.includes(nodeName)),
    };
    const nodes = [node("a", pod("x", "4", 10)), node("b", pod("y", "4", 20))];
    expect(await preempt(high, nodes, setup({}, { preemption }))).toEqual(outcome);
  });

  it("has the pod tried again when an eviction fails", async () => {
    const writer = {
      ...testComponents().writer,
      bind: async () => undefined,
      preempt: async () => Promise.reject(new Error("no")),
      patch: async (_type: unknown, object: never) => object,
    };
    const made = setup({}, { writer });
    await preempt(high, [node("a", pod("x", "4", 10))], made);
    expect(made.log.activated).toEqual(["p"]);
  });
});
