import { createVirtualClock, type VirtualClock } from "@pinnace/clock";
import { describe, expect, it } from "vitest";
import { testPod } from "../src/compliance/index.ts";
import {
  type ClusterEvent,
  type ClusterEventWithHint,
  SchedulingQueue,
  type SchedulingQueueOptions,
  SUCCESS,
  unresolvable,
} from "../src/index.ts";

const NODE_ADDED: ClusterEvent = { resource: "Node", action: "Add" };
const NODE_LABELLED: ClusterEvent = { resource: "Node", action: "UpdateNodeLabel" };
const FIT = new Set(["Fit"]);

interface Setup {
  readonly queue: SchedulingQueue;
  readonly clock: VirtualClock;
  readonly ready: string[];
}

function setup(
  events: Readonly<Record<string, readonly ClusterEventWithHint[]>> = {
    Fit: [{ event: { resource: "Node", actions: ["Add"] } }],
  },
  change: Partial<SchedulingQueueOptions> = {},
): Setup {
  const clock = createVirtualClock();
  const ready: string[] = [];
  const queue = new SchedulingQueue({
    clock,
    compare: (a, b) => (b.pod.pod.spec?.priority ?? 0) - (a.pod.pod.spec?.priority ?? 0) || a.timestamp - b.timestamp,
    preEnqueue: () => SUCCESS,
    events: new Map([["default-scheduler", new Map(Object.entries(events))]]),
    onReady: () => ready.push("ready"),
    ...change,
  });
  return { queue, clock, ready };
}

/** Pops and gives back, as a failed attempt does. */
function fail({ queue }: Setup, plugins: ReadonlySet<string> = FIT): void {
  queue.requeue(queue.pop()!, plugins);
}

const names = (queue: SchedulingQueue): (string | undefined)[] => {
  const popped: (string | undefined)[] = [];
  for (let item = queue.pop(); item !== undefined; item = queue.pop()) popped.push(item.pod.pod.metadata?.name);
  return popped;
};

describe("SchedulingQueue", () => {
  it("hands out pods by priority, then by age", async () => {
    const { queue, clock } = setup();
    queue.add(testPod("first"));
    await clock.advance(1);
    queue.add(testPod("second"));
    queue.add(testPod("high", { priority: 10 }));
    expect(names(queue)).toEqual(["high", "first", "second"]);
  });

  it("says when it stops being empty, once", () => {
    const { queue, ready } = setup();
    queue.add(testPod("a"));
    queue.add(testPod("b"));
    expect(ready).toEqual(["ready"]);
  });

  // The second in which a back-off ends belongs to it (KEP-5142).
  it.each([
    { failures: 1, backoff: 1_000 },
    { failures: 2, backoff: 2_000 },
    { failures: 3, backoff: 4_000 },
    { failures: 4, backoff: 8_000 },
    { failures: 5, backoff: 10_000 },
    { failures: 50, backoff: 10_000 },
  ])("holds a pod back for $backoff ms after $failures failures", async ({ failures, backoff }) => {
    const { queue, clock } = setup();
    queue.add(testPod("a"));
    const item = queue.pop()!;
    item.rejections = failures - 1;
    queue.requeue(item, FIT);
    queue.onEvent(NODE_ADDED, undefined, undefined);
    expect(queue.counts.backoff).toBe(1);
    await clock.advance(backoff + 999);
    expect(queue.counts.backoff).toBe(1);
    await clock.advance(1);
    expect(queue.counts).toEqual({ active: 1, backoff: 0, unschedulable: 0, gated: 0 });
  });

  it("takes a rejected pod before its time when nothing is active, the most important of a second first", () => {
    const it = setup();
    for (const [name, priority] of Object.entries({ low: 1, high: 2 })) it.queue.add(testPod(name, { priority }));
    const items = [it.queue.pop()!, it.queue.pop()!];
    for (const item of items.reverse()) it.queue.requeue(item, FIT);
    it.queue.onEvent(NODE_ADDED, undefined, undefined);
    expect(it.queue.counts.backoff).toBe(2);
    expect(it.ready).toHaveLength(2);
    expect(names(it.queue)).toEqual(["high", "low"]);
  });

  it("counts errors for themselves, and forgets them after a rejection", () => {
    const it = setup();
    it.queue.add(testPod("a"));
    const first = it.queue.pop()!;
    it.queue.requeue({ ...first, errors: 3, rejections: 2 }, FIT);
    expect(it.queue.pending()[0]).toMatchObject({ errors: 0, rejections: 3 });
  });

  it("moves a pod without back-off when a plugin that said Pending changes its mind", () => {
    const it = setup({ Claims: [{ event: { resource: "ResourceClaim", actions: "*" } }] });
    it.queue.add(testPod("a"));
    const claims = new Set(["Claims"]);
    it.queue.requeue(it.queue.pop()!, claims, { pending: claims });
    it.queue.onEvent({ resource: "ResourceClaim", action: "Add" }, undefined, undefined);
    expect(it.queue.counts.active).toBe(1);
  });

  it("asks the plugins of the pod's own profile", () => {
    const rules = new Map([["Fit", [{ event: { resource: "Node", actions: ["Add"] } } as const]]]);
    const it = setup({}, { events: new Map([["other", rules]]) });
    it.queue.add(testPod("a"));
    it.queue.add(testPod("b", { schedulerName: "other" }));
    for (const item of [it.queue.pop()!, it.queue.pop()!]) it.queue.requeue(item, FIT);
    it.queue.onEvent(NODE_ADDED, undefined, undefined);
    expect(it.queue.counts).toMatchObject({ unschedulable: 1, backoff: 1 });
  });

  it("loses no pod when the profiles change", () => {
    const it = setup({}, { preEnqueue: ({ pod }) => (pod.metadata?.name === "gated" ? unresolvable("no") : SUCCESS) });
    for (const name of ["waiting", "flying", "ready"]) it.queue.add(testPod(name));
    it.queue.add(testPod("gated"));
    fail(it);
    const flying = it.queue.pop()!;
    it.queue.reconfigure({
      compare: (a, b) => (a.pod.pod.metadata!.name! < b.pod.pod.metadata!.name! ? -1 : 1),
      preEnqueue: () => SUCCESS,
      events: new Map(),
    });
    expect(it.queue.counts).toEqual({ active: 2, backoff: 1, unschedulable: 0, gated: 0 });
    it.queue.requeue(flying, FIT);
    expect(names(it.queue).sort()).toEqual(["flying", "gated", "ready", "waiting"]);
  });

  it("moves a pod at once when its back-off is over", async () => {
    const it = setup();
    it.queue.add(testPod("a"));
    fail(it);
    await it.clock.advance(5_000);
    it.queue.onEvent(NODE_ADDED, undefined, undefined);
    expect(it.queue.counts.active).toBe(1);
  });

  it("leaves a pod alone when no plugin that rejected it cares for the event", () => {
    const it = setup();
    it.queue.add(testPod("a"));
    fail(it);
    it.queue.onEvent(NODE_LABELLED, undefined, undefined);
    expect(it.queue.counts.unschedulable).toBe(1);
  });

  it.each([
    { says: "Queue", hint: () => "Queue", moved: true },
    { says: "QueueSkip", hint: () => "QueueSkip", moved: false },
    {
      says: "an error",
      hint: () => {
        throw new Error("broken");
      },
      moved: true,
    },
  ] as const)("follows a hint that says $says", ({ hint, moved }) => {
    const it = setup({ Fit: [{ event: { resource: "Node", actions: "*" }, hint }] });
    it.queue.add(testPod("a"));
    fail(it);
    it.queue.onEvent(NODE_ADDED, undefined, undefined);
    expect(it.queue.counts.backoff).toBe(moved ? 1 : 0);
  });

  it("does not miss an event that happens during an attempt", () => {
    const { queue } = setup();
    queue.add(testPod("a"));
    const item = queue.pop()!;
    queue.onEvent(NODE_ADDED, undefined, undefined);
    queue.requeue(item, FIT);
    expect(queue.counts.backoff).toBe(1);
  });

  it("leaves out the pod that an event does not concern", () => {
    const { queue } = setup();
    queue.add(testPod("a"));
    const item = queue.pop()!;
    queue.onEvent(NODE_ADDED, undefined, undefined, "uid-a");
    queue.requeue(item, FIT);
    expect(queue.counts.unschedulable).toBe(1);
  });

  it("does not count an event from before the attempt", () => {
    const { queue } = setup();
    queue.add(testPod("other"));
    queue.add(testPod("a"));
    queue.pop();
    queue.onEvent(NODE_ADDED, undefined, undefined);
    const item = queue.pop()!;
    queue.requeue(item, FIT);
    expect(queue.counts.unschedulable).toBe(1);
  });

  it("brings a pod back after an error, by time alone", async () => {
    const it = setup();
    it.queue.add(testPod("a"));
    it.queue.requeue(it.queue.pop()!, new Set());
    expect(it.queue.counts.backoff).toBe(1);
    expect(it.queue.pop()).toBeUndefined();
    await it.clock.advance(2_000);
    expect(it.queue.counts.active).toBe(1);
  });

  it("tries an unschedulable pod again after five minutes", async () => {
    const it = setup();
    it.queue.start();
    it.queue.add(testPod("a"));
    fail(it);
    await it.clock.advance(299_000);
    expect(it.queue.counts.unschedulable).toBe(1);
    await it.clock.advance(31_000);
    expect(it.queue.counts.active).toBe(1);
    it.queue.stop();
  });

  describe("gates", () => {
    const gate: Partial<SchedulingQueueOptions> = {
      preEnqueue: ({ pod }) =>
        pod.spec?.schedulingGates === undefined ? SUCCESS : { ...unresolvable("gated"), plugin: "Gates" },
    };
    const gated = testPod("a", { schedulingGates: [{ name: "g" }] });

    it("keep a pod out until it is updated", () => {
      const { queue } = setup({}, gate);
      queue.add(gated);
      expect(queue.counts).toEqual({ active: 0, backoff: 0, unschedulable: 0, gated: 1 });
      expect(queue.pending()[0]?.gatedBy).toBe("Gates");
      queue.update(testPod("a"), gated, []);
      expect(queue.counts.active).toBe(1);
    });

    it("open by an event that the gating plugin registered", () => {
      let isOpen = false;
      const { queue } = setup(
        { Gates: [{ event: { resource: "ResourceClaim", actions: "*" } }] },
        { preEnqueue: () => (isOpen ? SUCCESS : { ...unresolvable("gated"), plugin: "Gates" }) },
      );
      queue.add(testPod("a"));
      queue.onEvent({ resource: "ResourceClaim", action: "Add" }, undefined, undefined);
      expect(queue.counts.gated).toBe(1);
      isOpen = true;
      queue.onEvent({ resource: "ResourceClaim", action: "Add" }, undefined, undefined);
      expect(queue.counts.active).toBe(1);
    });
  });

  describe("activate", () => {
    it("has an unschedulable pod tried at once", () => {
      const it = setup();
      it.queue.add(testPod("a"));
      fail(it);
      it.queue.activate("uid-a");
      expect(it.queue.counts.active).toBe(1);
    });

    it("is remembered during an attempt", () => {
      const { queue } = setup();
      queue.add(testPod("a"));
      const item = queue.pop()!;
      queue.activate("uid-a");
      queue.requeue(item, FIT);
      expect(queue.counts.backoff).toBe(1);
    });

    it("of an unknown pod does nothing", () => {
      const { queue } = setup();
      queue.activate("uid-a");
      expect(queue.pending()).toEqual([]);
    });
  });

  it("updates pods where they are", async () => {
    const it = setup({ Taints: [{ event: { resource: "UnscheduledPod", actions: ["UpdatePodTolerations"] } }] });
    it.queue.add(testPod("a"));
    fail(it, new Set(["Taints"]));
    await it.clock.advance(2_000);
    const tolerant = testPod("a", { tolerations: [{ operator: "Exists" }] });
    it.queue.update(tolerant, testPod("a"), [{ resource: "UnscheduledPod", action: "Update" }]);
    expect(it.queue.counts.unschedulable).toBe(1);
    it.queue.update(tolerant, testPod("a"), [{ resource: "UnscheduledPod", action: "UpdatePodTolerations" }]);
    expect(it.queue.pop()?.pod.pod).toBe(tolerant);
  });

  it("does not add a pod twice that is updated during its attempt", () => {
    const { queue } = setup();
    queue.add(testPod("a"));
    const item = queue.pop()!;
    queue.update(testPod("a"), testPod("a"), []);
    expect(queue.counts.active).toBe(0);
    queue.done(item);
    expect(queue.pending()).toEqual([]);
  });

  it("forgets deleted pods wherever they are", () => {
    const it = setup();
    it.queue.add(testPod("a"));
    fail(it);
    it.queue.delete("uid-a");
    expect(it.queue.pending()).toEqual([]);
  });
});
