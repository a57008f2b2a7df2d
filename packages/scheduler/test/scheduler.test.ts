import type { Pod } from "@pinnace/api";
import { type SchedulerPlugin, SUCCESS, unschedulable } from "@pinnace/scheduler-framework";
import { testNode, testPod } from "@pinnace/scheduler-framework/compliance";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FakeCluster } from "./fake-cluster.ts";

const asking = (name: string, cpu: string, spec: object = {}): Pod =>
  testPod(name, { containers: [{ name: "main", resources: { requests: { cpu } } }], ...spec });
const nodeOf = (cluster: FakeCluster, name: string): string | undefined => cluster.pod(name)?.spec?.nodeName;
const conditionOf = (cluster: FakeCluster, name: string) => cluster.pod(name)?.status?.conditions?.[0];

async function started(plugins: Readonly<Record<string, SchedulerPlugin>> = {}, ...nodes: readonly string[]) {
  const cluster = new FakeCluster(plugins);
  for (const name of nodes) cluster.nodes.put(testNode(name));
  await cluster.scheduler.start();
  return cluster;
}

describe("the scheduler", () => {
  it("binds a pod and says so", async () => {
    const cluster = await started({}, "n");
    cluster.pods.put(asking("p", "1"));
    await cluster.clock.settle();
    expect(nodeOf(cluster, "p")).toBe("n");
    expect(cluster.notes("p")).toEqual(["Scheduled: Successfully assigned default/p to n"]);
    await cluster.scheduler.stop();
  });

  it("places pods that were there before it", async () => {
    const cluster = new FakeCluster();
    cluster.nodes.put(testNode("n"));
    cluster.pods.put(asking("p", "1"));
    await cluster.scheduler.start();
    await cluster.clock.settle();
    expect(nodeOf(cluster, "p")).toBe("n");
  });

  it.each([
    { what: "of another scheduler", pod: asking("p", "1", { schedulerName: "other" }) },
    { what: "that is being deleted", pod: testPod("p", {}, { deletionTimestamp: "2026-01-01T00:00:00Z" }) },
    { what: "that is over", pod: { ...asking("p", "1"), status: { phase: "Failed" } } as Pod },
  ])("leaves a pod alone $what", async ({ pod }) => {
    const cluster = await started({}, "n");
    cluster.pods.put(pod);
    await cluster.clock.advance(60_000);
    expect(nodeOf(cluster, "p")).toBeUndefined();
    expect(cluster.notes("p")).toEqual([]);
  });

  it.each([
    { what: "there are no nodes", nodes: [], message: "no nodes available to schedule pods" },
    { what: "none is large enough", nodes: ["n"], message: "0/1 nodes are available: 1 Insufficient cpu." },
  ])("says why when $what", async ({ nodes, message }) => {
    const cluster = await started({}, ...nodes);
    cluster.pods.put(asking("p", "8"));
    await cluster.clock.settle();
    expect(conditionOf(cluster, "p")).toMatchObject({
      type: "PodScheduled",
      status: "False",
      reason: "Unschedulable",
      message,
    });
    expect(cluster.notes("p")).toEqual([`FailedScheduling: ${message}`]);
    // Without any node nobody rejected it: time alone brings it back, as after an error.
    expect(cluster.scheduler.pending).toMatchObject(nodes.length === 0 ? { backoff: 1 } : { unschedulable: 1 });
  });

  it("tries again after its back-off when a node comes, and only then", async () => {
    const cluster = await started({}, "small");
    cluster.pods.put(asking("p", "8"));
    await cluster.clock.advance(60_000);
    cluster.nodes.put(testNode("large", { status: { allocatable: { cpu: "16", pods: "9" } } }));
    await cluster.clock.settle();
    expect(nodeOf(cluster, "p")).toBe("large");
  });

  it("uses the room that a pod leaves", async () => {
    const cluster = await started({}, "n");
    cluster.pods.put(asking("first", "4", { nodeName: "n" }));
    cluster.pods.put(asking("p", "4"));
    await cluster.clock.settle();
    cluster.pods.remove("default/first");
    await cluster.clock.advance(1_000);
    expect(nodeOf(cluster, "p")).toBe("n");
  });

  it("counts a pod whose binding is under way", async () => {
    const cluster = await started({}, "n");
    cluster.pods.put(asking("a", "3"));
    cluster.pods.put(asking("b", "3"));
    await cluster.clock.settle();
    expect([nodeOf(cluster, "a"), nodeOf(cluster, "b")].filter(Boolean)).toEqual(["n"]);
  });

  it("gives the room back and tries again when a binding fails", async () => {
    const cluster = await started({}, "n");
    cluster.bindingError = new Error("refused");
    cluster.pods.put(asking("p", "3"));
    await cluster.clock.settle();
    expect(conditionOf(cluster, "p")).toMatchObject({
      reason: "SchedulerError",
      message: 'running Bind plugin "DefaultBinder": refused',
    });
    cluster.bindingError = undefined;
    await cluster.clock.advance(2_000);
    expect(nodeOf(cluster, "p")).toBe("n");
  });

  it("reports a plugin that throws, and tries again", async () => {
    let broken = true;
    const filter: SchedulerPlugin["filter"] = () => {
      if (broken) throw new Error("boom");
      return SUCCESS;
    };
    const cluster = await started({ Fragile: { filter } }, "n");
    cluster.pods.put(asking("p", "1"));
    await cluster.clock.settle();
    expect(conditionOf(cluster, "p")?.message).toBe('running Filter plugin "Fragile": boom');
    broken = false;
    await cluster.clock.advance(2_000);
    expect(nodeOf(cluster, "p")).toBe("n");
  });

  it("keeps the room of a nominated pod for it", async () => {
    const postFilter: SchedulerPlugin["postFilter"] = async () => ({ status: SUCCESS, nominatedNode: "n" });
    const cluster = await started({ Makes: { postFilter } }, "n");
    cluster.pods.put(asking("victim", "4", { nodeName: "n" }));
    cluster.pods.put(asking("high", "4", { priority: 10 }));
    await cluster.clock.settle();
    expect(cluster.pod("high")?.status?.nominatedNodeName).toBe("n");
    expect(conditionOf(cluster, "high")?.message).toBe("0/1 nodes are available: 1 Insufficient cpu.");
    cluster.pods.remove("default/victim");
    cluster.pods.put(asking("low", "4"));
    await cluster.clock.advance(1_000);
    expect([nodeOf(cluster, "high"), nodeOf(cluster, "low")]).toEqual(["n", undefined]);
  });

  it("joins what PostFilter plugins say", async () => {
    const says = (reason: string, nominatedNode?: string): SchedulerPlugin => ({
      postFilter: async () => ({
        status: unschedulable(reason),
        ...(nominatedNode === undefined ? {} : { nominatedNode }),
      }),
    });
    const cluster = await started({ A: says("a"), B: says("b", ""), C: says("c") }, "n");
    cluster.pods.put(asking("p", "8"));
    await cluster.clock.settle();
    expect(conditionOf(cluster, "p")?.message).toBe("0/1 nodes are available: 1 Insufficient cpu. a, b, c");
  });

  it("waits for Permit, and announces where the pod is going", async () => {
    const permit: SchedulerPlugin["permit"] = () => ({ status: { code: "Wait", reasons: [] }, timeout: 5_000 });
    const cluster = await started({ Gate: { permit } }, "n");
    cluster.pods.put(asking("p", "1"));
    await cluster.clock.settle();
    expect(nodeOf(cluster, "p")).toBeUndefined();
    expect(cluster.pod("p")?.status?.nominatedNodeName).toBe("n");
    await cluster.clock.advance(5_000);
    expect(conditionOf(cluster, "p")).toMatchObject({
      reason: "Unschedulable",
      message: "0/1 nodes are available: 1 rejected due to timeout after waiting 5s at plugin Gate.",
    });
  });

  it("forgets a pod that is deleted while it waits", async () => {
    const permit: SchedulerPlugin["permit"] = () => ({ status: { code: "Wait", reasons: [] } });
    const cluster = await started({ Gate: { permit } }, "n");
    cluster.pods.put(asking("p", "4"));
    await cluster.clock.settle();
    cluster.pods.remove("default/p");
    await cluster.clock.settle();
    expect(cluster.scheduler.pending).toEqual({ active: 0, backoff: 0, unschedulable: 0, gated: 0 });
  });

  describe("with another configuration", () => {
    const object = (...profiles: readonly object[]) =>
      ({ apiVersion: "kubescheduler.config.k8s.io/v1", kind: "KubeSchedulerConfiguration", profiles }) as const;

    it("goes on with other profiles and loses no pod", async () => {
      const refuse: SchedulerPlugin = { filter: () => unschedulable("no"), eventsToRegister: () => [] };
      const cluster = await started({ Refuses: refuse }, "n");
      cluster.pods.put(asking("waiting", "1"));
      cluster.pods.put(asking("other", "1", { schedulerName: "other" }));
      await cluster.clock.advance(60_000);
      expect(nodeOf(cluster, "waiting")).toBeUndefined();
      cluster.scheduler.reconfigure(object({ schedulerName: "default-scheduler" }, { schedulerName: "other" }));
      await cluster.clock.settle();
      expect([nodeOf(cluster, "waiting"), nodeOf(cluster, "other")]).toEqual(["n", "n"]);
    });

    it("leaves pods whose profile is gone, and takes them up when it comes back", async () => {
      const cluster = await started({});
      cluster.pods.put(asking("p", "1"));
      await cluster.clock.settle();
      cluster.scheduler.reconfigure(object({ schedulerName: "other" }));
      cluster.nodes.put(testNode("n"));
      await cluster.clock.advance(60_000);
      expect([nodeOf(cluster, "p"), cluster.scheduler.pending.backoff]).toEqual([undefined, 0]);
      cluster.scheduler.reconfigure(object({}));
      await cluster.clock.settle();
      expect(nodeOf(cluster, "p")).toBe("n");
    });

    it.each([
      {
        what: "names a plugin that is not there",
        plugins: { score: { enabled: [{ name: "None" }] } },
        code: "PLUGIN_NOT_FOUND",
      },
      { what: "has no binder", plugins: { bind: { disabled: [{ name: "*" }] } }, code: "PROFILE_INVALID" },
    ])("keeps the old one when the new one $what", async ({ plugins, code }) => {
      const cluster = await started({}, "n");
      expect(() => cluster.scheduler.reconfigure(object({ plugins }))).toThrow(expect.objectContaining({ code }));
      cluster.pods.put(asking("p", "1"));
      await cluster.clock.settle();
      expect(nodeOf(cluster, "p")).toBe("n");
    });
  });

  it("places nothing after it was stopped", async () => {
    const cluster = await started({}, "n");
    await cluster.scheduler.stop();
    cluster.pods.put(asking("p", "1"));
    await cluster.clock.advance(60_000);
    expect(nodeOf(cluster, "p")).toBeUndefined();
  });

  it("never puts more on a node than it has, and leaves no pod pending that would fit", async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("pod" as const), cpu: fc.integer({ min: 1, max: 6 }) }),
      fc.record({ do: fc.constant("remove" as const), index: fc.nat(30) }),
      fc.record({ do: fc.constant("node" as const), index: fc.nat(3) }),
      fc.record({ do: fc.constant("wait" as const), milliseconds: fc.integer({ min: 1, max: 20_000 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const cluster = await started({}, "n0");
        let count = 0;
        for (const each of steps) {
          if (each.do === "pod") cluster.pods.put(asking(`p${count++}`, `${each.cpu}`));
          else if (each.do === "remove") cluster.pods.remove(`default/p${each.index}`);
          else if (each.do === "node") cluster.nodes.put(testNode(`n${each.index}`));
          else await cluster.clock.advance(each.milliseconds);
        }
        await cluster.clock.advance(60_000);
        const free = new Map(cluster.nodes.lister.list().map(({ metadata }) => [metadata!.name!, 4]));
        const cpuOf = (pod: Pod): number => Number(pod.spec?.containers[0]?.resources?.requests?.cpu);
        const pods = cluster.pods.lister.list();
        for (const pod of pods.filter(({ spec }) => spec?.nodeName)) {
          const left = free.get(pod.spec!.nodeName!)! - cpuOf(pod);
          expect(left).toBeGreaterThanOrEqual(0);
          free.set(pod.spec!.nodeName!, left);
        }
        const most = Math.max(...free.values());
        for (const pod of pods.filter(({ spec }) => !spec?.nodeName)) expect(cpuOf(pod)).toBeGreaterThan(most);
        await cluster.scheduler.stop();
      }),
      { numRuns: 25 },
    );
  });
});
