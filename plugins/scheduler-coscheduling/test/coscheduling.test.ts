import { PODS, type Pod } from "@pinnace/api";
import { createVirtualClock } from "@pinnace/clock";
import { defaultSchedulerPlugins, startCluster } from "@pinnace/cluster";
import { createPodInfo, type SchedulerComponents, SUCCESS, type WaitingPod } from "@pinnace/scheduler-framework";
import {
  testComponents,
  testCycle,
  testNode,
  testNodeInfo,
  testPod,
  testReader,
} from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import plugin, { POD_GROUP_DEFINITION, POD_GROUP_LABEL } from "../src/index.ts";
import { POD_GROUPS } from "../src/pod-group.ts";

const member = (name: string, spec: object = {}, group = "g"): Pod =>
  testPod(name, spec, { labels: { [POD_GROUP_LABEL]: group } });
const group = (spec: object, metadata: object = {}) => ({
  metadata: { name: "g", namespace: "default", ...metadata },
  spec,
});

function setup(objects: Readonly<Record<string, readonly object[]>>, change: Partial<SchedulerComponents> = {}) {
  const activated: string[] = [];
  const components = testComponents({
    reader: testReader(objects),
    queue: { activate: ({ metadata }) => void activated.push(metadata?.name ?? "") },
    ...change,
  });
  const instance = plugin.create(components, { permitWaitingTimeSeconds: 60, podGroupBackoffSeconds: 30 });
  return { instance, activated };
}

const nodes = [testNodeInfo(testNode("a"), testPod("other", { nodeName: "a" })), testNodeInfo(testNode("b"))];
const cycleOf = (pod: Pod) => testCycle(pod, nodes);

describe("PreFilter", () => {
  it.each([
    { what: "a pod on its own", pod: testPod("p"), groups: [], reasons: [] },
    { what: "a pod whose group is unknown", pod: member("p"), groups: [], reasons: [] },
    { what: "enough members", pod: member("p"), groups: [group({ minMember: 2 })], reasons: [] },
    {
      what: "too few members",
      pod: member("p"),
      groups: [group({ minMember: 3 })],
      reasons: ["pre-filter pod p cannot find enough sibling pods, current pods number: 2, minMember of group: 3"],
    },
    {
      what: "room for all",
      pod: member("p"),
      groups: [group({ minMember: 2, minResources: { cpu: "7900m" } })],
      reasons: [],
    },
    {
      what: "too little room for all",
      pod: member("p"),
      groups: [group({ minMember: 2, minResources: { cpu: "8", memory: "1Gi" } })],
      reasons: ["podGroup default/g wants more than the cluster has free: cpu (7900m of 8000m)"],
    },
  ])("with $what", ({ pod, groups, reasons }) => {
    const over = { ...member("over"), status: { phase: "Succeeded" } };
    const { instance } = setup({ podgroups: groups, pods: [pod, member("q"), over] });
    expect(instance.preFilter!(cycleOf(pod)).status.reasons).toEqual(reasons);
  });
});

describe("Permit", () => {
  const pods = [member("p"), member("q"), member("bound", { nodeName: "a" })];

  it("lets a pod on its own go, and refuses one whose group is gone", () => {
    const { instance } = setup({});
    expect(instance.permit!(cycleOf(testPod("p")), "a")).toEqual({ status: SUCCESS });
    expect(instance.permit!(cycleOf(member("p")), "a").status.reasons).toEqual(["PodGroup not found"]);
  });

  it("keeps members waiting until enough have a place, and has the others tried", async () => {
    const allowed: string[] = [];
    const waiting: WaitingPod[] = [];
    const { instance, activated } = setup(
      { podgroups: [group({ minMember: 3, scheduleTimeoutSeconds: 7 })], pods },
      { waitingPods: { list: () => waiting } },
    );
    await instance.reserve!(cycleOf(pods[0]!), "a");
    expect(instance.permit!(cycleOf(pods[0]!), "a")).toEqual({ status: { code: "Wait", reasons: [] }, timeout: 7_000 });
    expect(activated).toEqual(["q"]);
    for (const name of ["p", "stranger"]) {
      const pod = name === "p" ? pods[0]! : member(name, {}, "h");
      waiting.push({
        pod,
        nodeName: "a",
        allow: () => void allowed.push(name),
        reject: () => undefined,
        preempt: () => undefined,
      });
    }
    await instance.reserve!(cycleOf(pods[1]!), "a");
    expect(instance.permit!(cycleOf(pods[1]!), "a").status).toBe(SUCCESS);
    expect(allowed).toEqual(["p"]);
  });
});

describe("a group that does not fit", () => {
  const pods = Array.from({ length: 20 }, (_, index) => member(`p${index}`));

  function waitingGroup(placed: number, minMember: number) {
    const rejected: string[] = [];
    const clock = createVirtualClock();
    const list = () =>
      pods.slice(0, placed).map((pod) => ({
        pod,
        nodeName: "a",
        allow: () => undefined,
        reject: (_plugin: string, reason: string) => void rejected.push(reason),
        preempt: () => undefined,
      }));
    const made = setup({ podgroups: [group({ minMember })], pods }, { waitingPods: { list }, clock });
    for (const pod of pods.slice(0, placed)) void made.instance.reserve!(cycleOf(pod), "a");
    return { ...made, rejected, clock };
  }

  it("gives its room up, and is left alone for a while", async () => {
    const { instance, rejected, clock } = waitingGroup(5, 20);
    const reason = "PodGroup default/g gets rejected due to Pod p19 is unschedulable even after PostFilter";
    expect((await instance.postFilter!(cycleOf(pods[19]!), new Map())).status.reasons).toEqual([reason]);
    expect(rejected).toEqual(Array(5).fill(reason));
    expect(instance.preFilter!(cycleOf(pods[19]!)).status.reasons).toEqual(["podGroup default/g failed recently"]);
    await clock.advance(30_000);
    expect(instance.preFilter!(cycleOf(pods[19]!)).status).toBe(SUCCESS);
  });

  it.each([
    { what: "nearly all have a place", placed: 18, minMember: 20 },
    { what: "enough have one", placed: 5, minMember: 5 },
  ])("keeps it when $what", async ({ placed, minMember }) => {
    const { instance, rejected } = waitingGroup(placed, minMember);
    expect((await instance.postFilter!(cycleOf(pods[19]!), new Map())).status.reasons).toEqual([]);
    expect(rejected).toEqual([]);
  });

  it("gives up altogether when one member loses its place", async () => {
    const { instance, rejected } = waitingGroup(5, 20);
    await instance.unreserve!(cycleOf(pods[0]!), "a");
    expect(rejected).toEqual(Array(5).fill("rejection in Unreserve"));
  });
});

describe("the order of the queue", () => {
  const { instance } = setup({ podgroups: [group({}, { creationTimestamp: "1970-01-01T00:00:05Z" })] });
  const queued = (pod: Pod, timestamp: number) => ({ pod: createPodInfo(pod), timestamp, attempts: 0 });

  it.each([
    { what: "priority", a: queued(testPod("a", { priority: 1 }), 9_000), b: queued(testPod("b"), 1_000) },
    { what: "age", a: queued(testPod("a"), 1_000), b: queued(testPod("b"), 2_000) },
    { what: "the group's age instead of a member's", a: queued(member("a"), 9_000), b: queued(testPod("b"), 6_000) },
    { what: "name", a: queued(testPod("a"), 1_000), b: queued(testPod("b"), 1_000) },
  ])("goes by $what", ({ a, b }) => {
    expect(instance.compare!(a, b)).toBeLessThan(0);
    expect(instance.compare!(b, a)).toBeGreaterThan(0);
  });
});

it("names groups that make a difference", () => {
  const events = setup({}).instance.eventsToRegister!();
  const hint = events.at(-1)!.hint!;
  expect(hint(createPodInfo(member("p")), undefined, group({}))).toBe("Queue");
  expect(hint(createPodInfo(testPod("p")), undefined, group({}))).toBe("QueueSkip");
  const pods = events[0]!.hint!;
  expect(pods(createPodInfo(member("p")), undefined, member("q"))).toBe("Queue");
  expect(pods(createPodInfo(member("p")), undefined, member("q", {}, "h"))).toBe("QueueSkip");
  expect(pods(createPodInfo(testPod("p")), undefined, testPod("q"))).toBe("QueueSkip");
});

describe("in a cluster", () => {
  const profile = {
    plugins: {
      multiPoint: { enabled: [{ name: "Coscheduling" }] },
      queueSort: { enabled: [{ name: "Coscheduling" }], disabled: [{ name: "*" }] },
    },
  };
  const scheduler = {
    apiVersion: "kubescheduler.config.k8s.io/v1",
    kind: "KubeSchedulerConfiguration",
    profiles: [profile],
  } as const;

  async function start() {
    const clock = createVirtualClock();
    const plugins = [...defaultSchedulerPlugins, { source: "test", definition: plugin }];
    const starting = startCluster({ clock, nodes: 2, plugins, scheduler });
    await clock.settle();
    const cluster = await starting;
    await cluster.client.raw({
      method: "POST",
      path: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
      body: POD_GROUP_DEFINITION,
    });
    await clock.advance(60_000); // the scheduler looks for groups again and again until they are served
    const pods = cluster.client.resource(PODS).namespace("default");
    const create = async (names: readonly string[], name: string, cpu: string): Promise<void> => {
      for (const each of names) {
        const containers = [{ name: "c", image: "i", resources: { requests: { cpu } } }];
        await pods.create({
          metadata: { name: each, labels: { [POD_GROUP_LABEL]: name } },
          spec: { containers },
        } as never);
      }
    };
    const placed = async (): Promise<readonly (string | undefined)[]> =>
      (await pods.list()).items.filter(({ spec }) => spec?.nodeName).map(({ metadata }) => metadata?.name);
    const declare = (name: string, minMember: number) =>
      cluster.client
        .resource(POD_GROUPS)
        .namespace("default")
        .create({
          apiVersion: "scheduling.x-k8s.io/v1alpha1",
          kind: "PodGroup",
          metadata: { name },
          spec: { minMember },
        } as never);
    return { cluster, clock, create, placed, declare };
  }

  it("binds the members of a group together, when the last of them comes", async () => {
    const { cluster, clock, create, placed, declare } = await start();
    await declare("g", 3);
    await create(["a", "b"], "g", "1");
    await clock.advance(20_000);
    expect(await placed()).toEqual([]);
    await create(["c"], "g", "1");
    await clock.advance(2_000);
    expect(await placed()).toEqual(["a", "b", "c"]);
    await cluster.stop();
  });

  it("lets one of two groups through where both would hold each other up", async () => {
    const { cluster, clock, create, placed, declare } = await start();
    await declare("g", 2);
    await declare("h", 2);
    await create(["g0"], "g", "3");
    await create(["h0"], "h", "3");
    await create(["g1"], "g", "3");
    await create(["h1"], "h", "3");
    await clock.advance(120_000);
    const names = await placed();
    expect(names).toHaveLength(2);
    expect(new Set(names.map((name) => name![0])).size).toBe(1);
    await cluster.stop();
  });

  it("binds nothing of a group that is too large, and leaves the room to others", async () => {
    const { cluster, clock, create, placed, declare } = await start();
    await declare("g", 3);
    await create(["a", "b", "c"], "g", "3");
    await clock.advance(90_000);
    expect(await placed()).toEqual([]);
    await declare("h", 1);
    await create(["x"], "h", "4");
    await clock.advance(90_000);
    expect(await placed()).toEqual(["x"]);
    await cluster.stop();
  });
});
