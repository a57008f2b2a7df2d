import { NAMESPACES, PERSISTENT_VOLUME_CLAIMS, PODS, type Pod } from "@pinnace/api";
import { createVirtualClock, type VirtualClock } from "@pinnace/clock";
import { EXPLAIN_ANNOTATION, EXPLANATION_ANNOTATION } from "@pinnace/scheduler";
import { afterEach, describe, expect, it } from "vitest";
import { type Cluster, startCluster } from "../src/index.ts";

const BASE = "/apis/scheduling.pinnace.dev/v1/namespaces/default";
interface ExplainedAttempt {
  readonly nodeName?: string;
  readonly nodes?: readonly { readonly name: string; readonly total?: number }[];
}

const running: Cluster[] = [];
afterEach(async () => {
  for (const cluster of running.splice(0)) await cluster.stop();
});

const pod = (name: string, cpu: string, annotations: Readonly<Record<string, string>> = {}): Pod =>
  ({
    metadata: { name, namespace: "default", annotations },
    spec: { containers: [{ name: "c", image: "i", resources: { requests: { cpu } } }] },
  }) as unknown as Pod;

const deployment = (cpu: string, replicas: number, spec: object = {}) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: {
    replicas,
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { ...pod("x", cpu).spec, ...spec } },
  },
});

async function start(
  nodes = 2,
): Promise<{ cluster: Cluster; clock: VirtualClock; create: (pod: Pod) => Promise<void> }> {
  const clock = createVirtualClock();
  const starting = startCluster({ clock, nodes });
  await clock.settle();
  const cluster = await starting;
  running.push(cluster);
  return {
    cluster,
    clock,
    create: async (object) => {
      await cluster.client.resource(PODS).namespace("default").create(object);
      await clock.advance(3_000);
    },
  };
}

describe("why a pod is where it is", () => {
  it("is told of a pending pod: each node's verdicts, and what it waits for", async () => {
    const { cluster, create } = await start();
    await create(pod("big", "9"));
    const { object } = await cluster.client.raw({ path: `${BASE}/schedulingexplanations/big` });
    const rejectedBy = [
      { plugin: "NodeResourcesFit", code: "UnschedulableAndUnresolvable", reasons: ["Insufficient cpu"] },
    ];
    const nodes = ["sim-0", "sim-1"].map((name) => ({ name, fits: false, rejectedBy }));
    expect(object).toMatchObject({
      kind: "SchedulingExplanation",
      status: {
        queue: "unschedulable",
        waitingFor: ["NodeResourcesFit"],
        attempts: [
          {
            attempt: 1,
            outcome: "Unschedulable",
            totalNodes: 2,
            evaluatedNodes: 2,
            feasibleNodes: 0,
            message: expect.stringMatching(/^0\/2 nodes are available: 2 Insufficient cpu\. .*preemption: /),
            nodes,
          },
        ],
        evaluation: { totalNodes: 2, feasibleNodes: 0, nodes },
      },
    });
  });

  it("is told as it was, also when pods like it came afterwards: each is where the score was best", async () => {
    const { cluster, clock } = await start(3);
    const { spec } = deployment("100m", 3);
    const replica = (name: string): Pod => ({
      ...pod(name, "100m"),
      metadata: { name, namespace: "default", labels: spec.template.metadata.labels },
      spec: {
        ...pod(name, "100m").spec,
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: "kubernetes.io/hostname",
            whenUnsatisfiable: "ScheduleAnyway",
            labelSelector: spec.selector,
          },
        ],
      } as NonNullable<Pod["spec"]>,
    });
    for (const name of ["a", "b", "c"]) await cluster.client.resource(PODS).namespace("default").create(replica(name));
    await clock.advance(3_000);
    for (const name of ["a", "b", "c"]) {
      const { object } = await cluster.client.raw({ path: `${BASE}/schedulingexplanations/${name}` });
      const [attempt] = (object as { status: { attempts: readonly ExplainedAttempt[] } }).status.attempts;
      const totals = (attempt?.nodes ?? []).map(({ total = 0 }) => total);
      const chosen = attempt?.nodes?.find((node) => node.name === attempt.nodeName);
      expect(totals).toHaveLength(3);
      expect(chosen?.total).toBe(Math.max(...totals));
    }
  });

  it("is told of a placed pod: the scores of the nodes", async () => {
    const { cluster, create } = await start();
    await create(pod("first", "1"));
    await create(pod("second", "1"));
    const { object } = await cluster.client.raw({ path: `${BASE}/schedulingexplanations/second` });
    const { status } = object as {
      status: { nodeName: string; attempts: { nodes: { name: string; total: number; scores: object }[] }[] };
    };
    const [best, other] = status.attempts[0]!.nodes;
    expect(best!.name).toBe(status.nodeName);
    expect(best!.total).toBeGreaterThan(other!.total);
    expect(best!.scores).toMatchObject({ NodeResourcesFit: expect.any(Number), TaintToleration: 300 });
  });

  it("is told of all pods in short", async () => {
    const { cluster, create } = await start();
    await create(pod("a", "1"));
    await create(pod("b", "9"));
    const { object } = await cluster.client.raw({ path: `${BASE}/schedulingexplanations` });
    const { items } = object as {
      items: { metadata: { name: string }; status: { attempts: { outcome: string }[] } }[];
    };
    expect(items.map(({ metadata, status }) => [metadata.name, status.attempts[0]!.outcome])).toEqual([
      ["a", "Scheduled"],
      ["b", "Unschedulable"],
    ]);
  });

  it("is written to pods that ask for it, and not again when nothing changes", async () => {
    const { cluster, clock, create } = await start();
    const ask = { [EXPLAIN_ANNOTATION]: "true" };
    await create(pod("placed", "1", ask));
    await create(pod("pending", "9", ask));
    const read = (name: string) => cluster.client.resource(PODS).namespace("default").get(name);
    const textOf = async (name: string) => (await read(name)).metadata?.annotations?.[EXPLANATION_ANNOTATION] ?? "{}";
    expect(JSON.parse(await textOf("placed"))).toMatchObject({
      outcome: "Scheduled",
      nodes: [{ fits: true }, { fits: true }],
    });
    expect(JSON.parse(await textOf("pending"))).toMatchObject({
      outcome: "Unschedulable",
      nodes: [{ name: "sim-0", fits: false }, { name: "sim-1" }],
    });
    const { metadata } = await read("pending");
    await clock.advance(600_000);
    expect((await read("pending")).metadata?.resourceVersion).toBe(metadata?.resourceVersion);
  });

  it("is no secret from who may read it, and only from them", async () => {
    const { cluster, create } = await start();
    await create(pod("a", "1"));
    const stranger = cluster.clients.client({
      program: "test",
      user: { name: "eve", groups: ["system:authenticated"] },
    });
    await expect(stranger.raw({ path: `${BASE}/schedulingexplanations/a` })).rejects.toThrow(
      'schedulingexplanations.scheduling.pinnace.dev "a" is forbidden: User "eve" cannot get resource "schedulingexplanations"',
    );
    await expect(cluster.client.raw({ path: `${BASE}/schedulingexplanations/none` })).rejects.toThrow(
      'pods "none" not found',
    );
    await expect(cluster.client.raw({ path: `${BASE}/others` })).rejects.toThrow(
      "could not find the requested resource",
    );
    const { object } = await cluster.client.raw({ path: "/apis" });
    expect(JSON.stringify(object)).not.toContain("pinnace");
  });
});

describe("the scheduler's metrics", () => {
  const path = "/apis/scheduling.pinnace.dev/v1/metrics";

  it("are there for Prometheus, and for who may see them", async () => {
    const { cluster, create } = await start();
    await create(pod("p", "1"));
    const response = await cluster.handler({
      ...{ method: "GET", path, query: new URLSearchParams(), headers: {}, signal: new AbortController().signal },
      user: { name: "system:admin", groups: ["system:masters"] },
    });
    expect(response.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    const text = new TextDecoder().decode((response.body as { bytes: Uint8Array }).bytes);
    expect(text).toContain("# TYPE scheduler_schedule_attempts_total counter");
    expect(text).toContain('scheduler_schedule_attempts_total{profile="default-scheduler",result="scheduled"} 1');
    const viewer = cluster.clients.client({ program: "test", user: { name: "eve", groups: ["system:authenticated"] } });
    await expect(viewer.raw({ path })).rejects.toThrow(/cannot list resource "metrics"/);
  });
});

describe("a what-if", () => {
  const ask = async (cluster: Cluster, body: object) =>
    (await cluster.client.raw({ method: "POST", path: `${BASE}/whatifs`, body })).object as {
      status: {
        fits: boolean;
        placements: { pod: string; nodeName?: string; message?: string; evicts?: object[] }[];
        missingNodes?: object[];
      };
    };

  it("says where the pods of a Deployment would go, and makes none", async () => {
    const { cluster, clock } = await start();
    const { status } = await ask(cluster, deployment("2", 4));
    expect(status).toMatchObject({ fits: true, pods: 4, placed: 4 });
    expect(status.missingNodes).toBeUndefined();
    expect(status.placements.map(({ nodeName }) => nodeName).sort()).toEqual(["sim-0", "sim-0", "sim-1", "sim-1"]);
    await clock.advance(10_000);
    expect((await cluster.client.resource(PODS).list()).items).toEqual([]);
  });

  it("says how many nodes are missing", async () => {
    const { cluster, create } = await start();
    await create(pod("there", "3"));
    const { status } = await ask(cluster, deployment("2", 8));
    expect(status).toMatchObject({
      fits: false,
      pods: 8,
      placed: 2,
      missingNodes: [{ like: expect.stringMatching(/^sim-/), nodes: 3 }],
    });
    expect(status.placements.at(-1)?.message).toBe("0/2 nodes are available: 2 Insufficient cpu.");
  });

  it("says who would have to leave, and has nobody leave", async () => {
    const { cluster, clock, create } = await start(1);
    await cluster.client.raw({
      method: "POST",
      path: "/apis/scheduling.k8s.io/v1/priorityclasses",
      body: { metadata: { name: "high" }, value: 1_000 },
    });
    await create(pod("there", "3"));
    const { status } = await ask(cluster, deployment("2", 2, { priorityClassName: "high" }));
    expect(status).toMatchObject({ fits: true, placed: 2, evicted: 1 });
    expect(status.placements[0]?.evicts).toEqual([{ namespace: "default", name: "there", priority: 0 }]);
    await clock.advance(10_000);
    expect((await cluster.client.resource(PODS).list()).items.map(({ metadata }) => metadata?.name)).toEqual(["there"]);
  });

  it("makes no claims for a StatefulSet, and counts with them", async () => {
    const { cluster, clock } = await start();
    await cluster.client.raw({
      method: "POST",
      path: "/apis/storage.k8s.io/v1/storageclasses",
      body: { metadata: { name: "late" }, provisioner: "csi.example.com", volumeBindingMode: "WaitForFirstConsumer" },
    });
    const resources = { requests: { storage: "1Gi" } };
    const claim = {
      metadata: { name: "data" },
      spec: { storageClassName: "late", accessModes: ["ReadWriteOnce"], resources },
    };
    const { metadata, spec } = deployment("1", 3);
    const set = { kind: "StatefulSet", metadata, spec: { ...spec, volumeClaimTemplates: [claim] } };
    expect((await ask(cluster, set)).status).toMatchObject({ fits: true, placed: 3 });
    await clock.advance(10_000);
    expect((await cluster.client.resource(PERSISTENT_VOLUME_CLAIMS).list()).items).toEqual([]);
  });

  it("says that no node of the kinds that are there would help", async () => {
    const { cluster } = await start();
    const { status } = await ask(cluster, deployment("2", 1, { nodeSelector: { disk: "ssd" } }));
    expect(status).toMatchObject({ fits: false, missingNodes: [] });
    expect(status.placements[0]?.message).toBe(
      "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.",
    );
  });

  it("counts pods that keep away from each other", async () => {
    const { cluster } = await start();
    const labelSelector = { matchLabels: { app: "web" } };
    const term = { topologyKey: "kubernetes.io/hostname", labelSelector };
    const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
    const { status } = await ask(cluster, deployment("100m", 5, { affinity }));
    expect(status).toMatchObject({ fits: false, placed: 2, missingNodes: [{ nodes: 3 }] });
  });

  it.each([
    {
      what: "a kind without pods",
      body: { kind: "ConfigMap", metadata: { name: "c" } },
      says: /no pods can be told of a ConfigMap/,
    },
    {
      what: "a pod that is invalid",
      body: { kind: "Pod", metadata: { name: "p" }, spec: { containers: [] } },
      says: /spec.containers: Required value/,
    },
    { what: "too many pods", body: deployment("1", 5_000), says: /about 5000 pods; at most 1000/ },
    { what: "no name", body: { kind: "Pod" }, says: /a Pod needs metadata.name/ },
  ])("is refused for $what", async ({ body, says }) => {
    const { cluster } = await start(1);
    await expect(ask(cluster, body)).rejects.toThrow(says);
  });

  it("is for who may create pods", async () => {
    const { cluster } = await start(1);
    await cluster.client.resource(NAMESPACES).get("default");
    const viewer = cluster.clients.client({ program: "test", user: { name: "eve", groups: ["system:authenticated"] } });
    await expect(viewer.raw({ method: "POST", path: `${BASE}/whatifs`, body: deployment("1", 1) })).rejects.toThrow(
      /cannot create resource "whatifs"/,
    );
  });
});
