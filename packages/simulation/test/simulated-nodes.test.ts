import { NODES, type Pod } from "@pinnace/api";
import { createVirtualClock, type VirtualClock } from "@pinnace/clock";
import { silentLogger } from "@pinnace/logging";
import { createMetricRegistry } from "@pinnace/metrics";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSimulatedNodes, type SimulatedNodes, type SimulatedNodesOptions } from "../src/index.ts";
import { FakeCluster } from "./fake-cluster.ts";

let cluster: FakeCluster;
let clock: VirtualClock;
let nodes: SimulatedNodes;

function build(options: SimulatedNodesOptions = {}): SimulatedNodes {
  return createSimulatedNodes(
    {
      clients: cluster.clients,
      informers: cluster.informers,
      events: cluster.events,
      clock,
      logger: silentLogger,
      metrics: createMetricRegistry(),
      random: () => clock.random(),
    },
    options,
  );
}

beforeEach(() => {
  cluster = new FakeCluster();
  clock = createVirtualClock({ seed: 1 });
  nodes = build();
});

afterEach(() => nodes.stop());

function pod(name: string, spec: Partial<NonNullable<Pod["spec"]>> = {}, metadata: Pod["metadata"] = {}): Pod {
  return {
    metadata: { name, ...metadata },
    spec: { nodeName: "sim-0", containers: [{ name: "c", image: "img:1", imagePullPolicy: "IfNotPresent" }], ...spec },
  };
}

const conditionsOf = (name: string): Record<string, string> =>
  Object.fromEntries((cluster.pod(name)?.status?.conditions ?? []).map(({ type, status }) => [type, status]));

describe("simulated nodes", () => {
  test("register themselves and renew their leases", async () => {
    await nodes.start();
    await clock.settle();
    expect(cluster.node("sim-0")).toMatchObject({
      metadata: { labels: { "kubernetes.io/hostname": "sim-0" } },
      status: { capacity: { cpu: "4", memory: "8Gi", pods: "110" }, nodeInfo: { kubeletVersion: "v1.36.3+pinnace.0" } },
    });
    await clock.advance(60_000);
    expect(cluster.writes.filter((write) => write.endsWith("leases/kube-node-lease/sim-0"))).toHaveLength(7);
  });

  test("leave a pod alone whose status was written by hand, until it is deleted", async () => {
    await nodes.start();
    const status = { phase: "Running", podIP: "10.1.0.1", conditions: [{ type: "Ready", status: "False" }] } as const;
    cluster.createPod({ ...pod("a"), status });
    await clock.advance(60_000);
    expect(cluster.pod("a")?.status).toEqual(status);
    cluster.updatePod("a", (old) => ({
      ...old,
      metadata: { ...old.metadata, deletionTimestamp: "2026-01-01T00:00:00Z", deletionGracePeriodSeconds: 30 },
    }));
    await clock.advance(60_000);
    expect(cluster.pod("a")).toBeUndefined();
  });

  test("bring a pod to Running and Ready with one status write", async () => {
    await nodes.start();
    cluster.createPod(pod("a"));
    await clock.settle();
    expect(cluster.pod("a")?.status).toMatchObject({
      phase: "Running",
      podIP: "10.244.0.2",
      hostIP: "172.30.0.1",
      qosClass: "BestEffort",
      observedGeneration: 1,
      containerStatuses: [{ name: "c", ready: true, started: true, restartCount: 0, image: "img:1" }],
    });
    expect(conditionsOf("a")).toEqual({
      PodReadyToStartContainers: "True",
      Initialized: "True",
      Ready: "True",
      ContainersReady: "True",
    });
    expect(cluster.writes.filter((write) => write.includes("pods/"))).toEqual([
      "create pods/default/a",
      "patch/status pods/default/a",
    ]);
    expect(cluster.recorded.filter((event) => event.startsWith("a "))).toEqual([
      'a | Normal | Pulling | Pulling image "img:1" | spec.containers{c}',
      expect.stringMatching(
        /Successfully pulled image "img:1" in 0s \(0s including waiting\). Image size: \d+ bytes\./,
      ),
      "a | Normal | Created | Container created | spec.containers{c}",
      "a | Normal | Started | Container started | spec.containers{c}",
    ]);
  });

  test("complete pods of Jobs", async () => {
    await nodes.start();
    const ownerReferences = [{ apiVersion: "batch/v1", kind: "Job", name: "job", uid: "1" }];
    cluster.createPod(pod("j", { restartPolicy: "Never" }, { ownerReferences }));
    await clock.settle();
    expect(cluster.pod("j")?.status).toMatchObject({
      phase: "Succeeded",
      containerStatuses: [{ ready: false, state: { terminated: { exitCode: 0, reason: "Completed" } } }],
    });
    expect(conditionsOf("j")).toMatchObject({ Initialized: "True", Ready: "False", ContainersReady: "False" });
  });

  test("run init containers one after the other, and sidecars beside the rest", async () => {
    await nodes.start();
    const initContainers = [
      { name: "first", image: "img:1" },
      { name: "side", image: "img:1", restartPolicy: "Always" },
      { name: "second", image: "img:1" },
    ];
    const annotations = { "pinnace.io/simulation-run-seconds": "first=2,second=3" };
    cluster.createPod(pod("i", { initContainers }, { annotations }));
    await clock.advance(1000);
    expect(cluster.pod("i")?.status).toMatchObject({ phase: "Pending" });
    expect(cluster.pod("i")?.status?.initContainerStatuses?.map(({ state }) => Object.keys(state ?? {})[0])).toEqual([
      "running",
      "waiting",
      "waiting",
    ]);
    await clock.advance(2000);
    expect(cluster.pod("i")?.status?.initContainerStatuses?.map(({ state }) => Object.keys(state ?? {})[0])).toEqual([
      "terminated",
      "running",
      "running",
    ]);
    await clock.advance(10_000);
    expect(cluster.pod("i")?.status).toMatchObject({ phase: "Running" });
    expect(conditionsOf("i")).toMatchObject({ Initialized: "True", Ready: "True" });
  });

  test("back off from a crashing container: 10 s, 20 s, 40 s", async () => {
    await nodes.start();
    const annotations = { "pinnace.io/simulation-run-seconds": "1", "pinnace.io/simulation-exit-code": "3" };
    cluster.createPod(pod("x", {}, { annotations }));
    const restarts: number[] = [];
    for (const step of [500, 2000, 10_000, 3000, 20_000]) {
      await clock.advance(step);
      restarts.push(cluster.pod("x")?.status?.containerStatuses?.[0]?.restartCount ?? -1);
    }
    expect(restarts).toEqual([0, 1, 2, 2, 3]);
    await clock.advance(5000);
    expect(cluster.pod("x")?.status?.containerStatuses?.[0]).toMatchObject({
      state: {
        waiting: {
          reason: "CrashLoopBackOff",
          message: expect.stringMatching(/^back-off 40s restarting failed container=c pod=x_default\(uid-1\)$/),
        },
      },
      lastState: { terminated: { exitCode: 3, reason: "Error" } },
      ready: false,
      started: false,
    });
    expect(cluster.pod("x")?.status?.phase).toBe("Running");
  });

  test("delete a pod once its containers have stopped", async () => {
    await nodes.start();
    cluster.createPod(pod("d", {}, { annotations: { "pinnace.io/simulation-stop-seconds": "5" } }));
    await clock.settle();
    cluster.deletePod("d", 30);
    await clock.advance(4000);
    expect(cluster.pod("d")).toBeDefined();
    await clock.advance(1500);
    expect(cluster.pod("d")).toBeUndefined();
    expect(cluster.recorded).toContain("d | Normal | Killing | Stopping container c | spec.containers{c}");
  });

  test("kill what does not stop within the grace period, and sooner when that is shortened", async () => {
    await nodes.start();
    const annotations = { "pinnace.io/simulation-stop-seconds": "1000" };
    cluster.createPod(pod("slow", {}, { annotations }));
    cluster.createPod(pod("hurried", {}, { annotations }));
    await clock.settle();
    cluster.deletePod("slow", 30);
    cluster.deletePod("hurried", 30);
    await clock.advance(2000);
    cluster.deletePod("hurried", 1);
    await clock.advance(2000);
    expect([cluster.pod("slow") === undefined, cluster.pod("hurried") === undefined]).toEqual([false, true]);
    await clock.advance(27_000);
    expect(cluster.pod("slow")).toBeUndefined();
  });

  test("refuse what does not fit", async () => {
    await nodes.start();
    cluster.createPod(pod("big", { containers: [{ name: "c", image: "i:1", resources: { requests: { cpu: "5" } } }] }));
    await clock.settle();
    expect(cluster.pod("big")?.status).toMatchObject({
      phase: "Failed",
      reason: "OutOfcpu",
      message: "Pod was rejected: Node didn't have enough resource: cpu, requested: 5000, used: 0, capacity: 4000",
    });
  });

  test("wait for a ConfigMap that a container needs", async () => {
    await nodes.start();
    const env = [{ name: "A", valueFrom: { configMapKeyRef: { name: "cm", key: "a" } } }];
    cluster.createPod(pod("e", { containers: [{ name: "c", image: "img:1", env }] }));
    await clock.settle();
    expect(cluster.pod("e")?.status?.containerStatuses?.[0]?.state).toEqual({
      waiting: { reason: "CreateContainerConfigError", message: 'configmap "cm" not found' },
    });
    cluster.objects.set("configmaps/default/cm", {
      metadata: { name: "cm", namespace: "default" },
      data: { a: "1" },
    } as never);
    await clock.advance(10_000);
    expect(cluster.pod("e")?.status?.phase).toBe("Running");
  });

  test("report a pull that fails, then the back-off", async () => {
    await nodes.start();
    cluster.createPod(pod("p", { containers: [{ name: "c", image: "reg.invalid/x:1" }] }));
    await clock.settle();
    const waiting = (): unknown => cluster.pod("p")?.status?.containerStatuses?.[0]?.state?.waiting;
    expect(waiting()).toMatchObject({ reason: "ErrImagePull" });
    expect(cluster.pod("p")?.status?.phase).toBe("Pending");
    cluster.updatePod("p", (old) => ({ ...old, metadata: { ...old.metadata, labels: { a: "b" } } }));
    await clock.advance(1000);
    expect(waiting()).toMatchObject({
      reason: "ImagePullBackOff",
      message: expect.stringContaining('Back-off pulling image "reg.invalid/x:1": ErrImagePull: '),
    });
  });

  test("have probes that the pod's annotations steer", async () => {
    await nodes.start();
    const readinessProbe = { httpGet: { port: 80 }, periodSeconds: 1 };
    const annotations = { "pinnace.io/simulation-readiness": "false" };
    cluster.createPod(pod("r", { containers: [{ name: "c", image: "i:1", readinessProbe }] }, { annotations }));
    await clock.settle();
    expect(conditionsOf("r")).toMatchObject({ Ready: "False", ContainersReady: "False" });
    cluster.updatePod("r", (old) => ({ ...old, metadata: { ...old.metadata, annotations: {} } }));
    await clock.settle();
    expect(conditionsOf("r")).toMatchObject({ Ready: "True", ContainersReady: "True" });
  });

  test("take over nodes that are created by hand, unless somebody else holds their lease", async () => {
    await nodes.start();
    const taken = { metadata: { name: "taken" } };
    const lease = { metadata: { name: "taken", namespace: "kube-node-lease" }, spec: { holderIdentity: "other" } };
    cluster.objects.set("leases/kube-node-lease/taken", lease as never);
    await cluster.client.resource(NODES).create(taken);
    await cluster.client.resource(NODES).create({ metadata: { name: "mine" }, spec: {} });
    await clock.settle();
    expect([cluster.node("taken")?.status, nodes.names]).toEqual([undefined, ["sim-0", "mine"]]);
    expect(cluster.node("mine")?.status).toMatchObject({ conditions: [{ type: "Ready", status: "True" }, {}, {}, {}] });
    cluster.createPod(pod("m", { nodeName: "mine" }));
    await clock.settle();
    expect(cluster.pod("m")?.status?.phase).toBe("Running");
    await cluster.client.resource(NODES).delete("mine");
    await clock.settle();
    expect(nodes.names).toEqual(["sim-0"]);
  });

  test("crash and come back with nothing running", async () => {
    await nodes.start();
    cluster.createPod(pod("a"));
    await clock.settle();
    await nodes.crash("sim-0");
    expect(nodes.handler("sim-0")).toBeUndefined();
    const before = cluster.writes.length;
    await clock.advance(60_000);
    expect(cluster.writes.length).toBe(before);
    await nodes.restart("sim-0");
    await clock.settle();
    expect(cluster.pod("a")?.status).toMatchObject({ phase: "Running", containerStatuses: [{ ready: true }] });
  });

  test("resize containers in place", async () => {
    await nodes.start();
    const sized = (memory: string) => ({
      containers: [{ name: "c", image: "i:1", resources: { limits: { memory }, requests: { memory } } }],
    });
    const annotations = { "pinnace.io/simulation-memory": "100Mi" };
    const created = pod("r", sized("64Mi"), { annotations });
    cluster.createPod(created);
    await clock.settle();
    const used = async (): Promise<string | undefined> => {
      const query = new URLSearchParams();
      const request = {
        method: "GET",
        path: "/metrics/resource",
        query,
        headers: {},
        signal: new AbortController().signal,
      };
      const { body } = (await nodes.handler("sim-0")?.(request)) ?? { body: undefined };
      const text = body?.type === "bytes" ? new TextDecoder().decode(body.bytes) : "";
      return /^pod_memory_working_set_bytes\{.*\} (\d+)$/m.exec(text)?.[1];
    };
    const before = await used();
    cluster.updatePod("r", (old) => ({
      ...old,
      metadata: { ...old.metadata, generation: 2 },
      spec: { nodeName: "sim-0", ...sized("32Mi") },
    }));
    await clock.settle();
    expect([before, await used()]).toEqual([String(64 * 1024 ** 2), String(32 * 1024 ** 2)]);
    expect(cluster.pod("r")?.status).toMatchObject({
      observedGeneration: 2,
      containerStatuses: [{ restartCount: 0, resources: { limits: { memory: "32Mi" } } }],
    });
  });

  test("have the same history for the same seed", async () => {
    const history = async (): Promise<readonly string[]> => {
      cluster = new FakeCluster();
      clock = createVirtualClock({ seed: 7 });
      const run = build({ count: 3, delays: { pull: 2000, sandbox: 100, start: 50 } });
      await run.start();
      const annotations = { "pinnace.io/simulation-run-seconds": "20", "pinnace.io/simulation-exit-code": "1" };
      for (let i = 0; i < 6; i++) cluster.createPod(pod(`p${i}`, { nodeName: `sim-${i % 3}` }, { annotations }));
      await clock.advance(3_600_000);
      await run.stop();
      const statuses = [...cluster.objects.values()].map(({ status }) => JSON.stringify(status));
      return [...cluster.writes, ...cluster.recorded, ...statuses];
    };
    const [first, second] = [await history(), await history()];
    expect(first.length).toBeGreaterThan(1000);
    expect(second).toEqual(first);
  });

  test("leave no timer behind for pods that run", async () => {
    await nodes.start();
    const before = clock.pending;
    for (let i = 0; i < 20; i++) cluster.createPod(pod(`p${i}`));
    await clock.settle();
    expect(clock.pending).toBe(before);
  });
});
