import { NAMESPACES, PODS, type Pod } from "@pinnace/api";
import { createVirtualClock } from "@pinnace/clock";
import { defaultSchedulerPlugins, startCluster } from "@pinnace/cluster";
import {
  testComponents,
  testCycle,
  testNode,
  testNodeInfo,
  testPod,
  testReader,
} from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import { ELASTIC_QUOTAS } from "../src/elastic-quota.ts";
import plugin, { ELASTIC_QUOTA_DEFINITION, ELASTIC_QUOTA_ROLES } from "../src/index.ts";

const quota = (namespace: string, min: object, max: object = {}) => ({
  metadata: { name: "q", namespace },
  spec: { min, max },
});
const pod = (name: string, namespace: string, cpu: string, spec: object = {}): Pod =>
  testPod(name, { containers: [{ name: "c", resources: { requests: { cpu } } }], ...spec }, { namespace });

describe("PreFilter", () => {
  const nodes = [
    testNodeInfo(testNode("n"), pod("x", "a", "1", { nodeName: "n" }), pod("y", "b", "2", { nodeName: "n" })),
  ];
  it.each([
    {
      what: "a namespace without a quota",
      of: pod("p", "c", "9"),
      quotas: [quota("a", { cpu: "1" })],
      says: undefined,
    },
    { what: "room in its own share", of: pod("p", "a", "1"), quotas: [quota("a", { cpu: "2" })], says: undefined },
    {
      what: "what another one leaves",
      of: pod("p", "a", "3"),
      quotas: [quota("a", { cpu: "1" }), quota("b", { cpu: "5" })],
      says: undefined,
    },
    {
      what: "more than all leave",
      of: pod("p", "a", "4"),
      quotas: [quota("a", { cpu: "1" }), quota("b", { cpu: "5" })],
      says: "Pod a/p is rejected in PreFilter because total ElasticQuota used is more than min",
    },
    {
      what: "more than its most",
      of: pod("p", "a", "2"),
      quotas: [quota("a", { cpu: "1" }, { cpu: "2" }), quota("b", { cpu: "9" })],
      says: "Pod a/p is rejected in PreFilter because ElasticQuota a is more than Max",
    },
    {
      what: "a resource that no quota names",
      of: pod("p", "a", "4"),
      quotas: [quota("a", { memory: "1Gi" })],
      says: undefined,
    },
  ])("with $what", ({ of, quotas, says }) => {
    const instance = plugin.create(testComponents({ reader: testReader({ elasticquotas: quotas }) }), {});
    expect(instance.preFilter!(testCycle(of, nodes)).status.reasons[0]).toBe(says);
  });

  it("counts only what has changed, and rightly", () => {
    const instance = plugin.create(
      testComponents({ reader: testReader({ elasticquotas: [quota("a", { cpu: "2" })] }) }),
      {},
    );
    const codes = [nodes, nodes, [testNodeInfo(testNode("n"), pod("x", "a", "2", { nodeName: "n" }))]].map(
      (each) => instance.preFilter!(testCycle(pod("p", "a", "1"), each)).status.code,
    );
    expect(codes).toEqual(["Success", "Success", "Unschedulable"]);
  });
});

describe("in a cluster of two nodes with 4 CPUs each", () => {
  const scheduler = {
    apiVersion: "kubescheduler.config.k8s.io/v1",
    kind: "KubeSchedulerConfiguration",
    profiles: [
      {
        plugins: {
          multiPoint: { enabled: [{ name: "CapacityScheduling" }], disabled: [{ name: "DefaultPreemption" }] },
        },
      },
    ],
  } as const;

  async function start() {
    const clock = createVirtualClock();
    const plugins = [...defaultSchedulerPlugins, { source: "test", definition: plugin }];
    const starting = startCluster({ clock, nodes: 2, plugins, scheduler });
    await clock.settle();
    const cluster = await starting;
    const { client } = cluster;
    await client.raw({
      method: "POST",
      path: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
      body: ELASTIC_QUOTA_DEFINITION,
    });
    for (const [index, body] of ELASTIC_QUOTA_ROLES.entries()) {
      const resource = ["clusterroles", "clusterrolebindings"][index];
      await client.raw({ method: "POST", path: `/apis/rbac.authorization.k8s.io/v1/${resource}`, body });
    }
    for (const name of ["a", "b"]) await client.resource(NAMESPACES).create({ metadata: { name } } as never);
    await clock.advance(60_000);
    for (const namespace of ["a", "b"]) {
      await client
        .resource(ELASTIC_QUOTAS)
        .namespace(namespace)
        .create({
          ...{ apiVersion: "scheduling.x-k8s.io/v1alpha1", kind: "ElasticQuota" },
          ...quota(namespace, { cpu: "4" }, { cpu: "6" }),
        } as never);
    }
    await clock.advance(5_000);
    const create = async (
      namespace: string,
      names: readonly string[],
      cpu: string,
      spec: object = {},
    ): Promise<void> => {
      const containers = [{ name: "c", image: "i", resources: { requests: { cpu } } }];
      for (const name of names) {
        await client
          .resource(PODS)
          .namespace(namespace)
          .create({ metadata: { name }, spec: { containers, ...spec } } as never);
      }
      await clock.advance(60_000);
    };
    const placed = async (): Promise<readonly string[]> =>
      (await client.resource(PODS).list()).items
        .filter(({ spec }) => spec?.nodeName)
        .map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`)
        .sort();
    const used = async (namespace: string): Promise<unknown> =>
      (await client.resource(ELASTIC_QUOTAS).namespace(namespace).get("q")).status?.used;
    return { cluster, create, placed, used, clock };
  }

  it("lends what is left, keeps the borrower below its most, and gives back what is wanted", async () => {
    const { cluster, create, placed } = await start();
    await create("a", ["a1", "a2", "a3", "a4"], "2");
    expect(await placed()).toHaveLength(3); // 6 CPUs, its most
    await create("b", ["b1", "b2"], "2");
    const after = await placed();
    expect(after.filter((name) => name.startsWith("b/"))).toEqual(["b/b1", "b/b2"]);
    expect(after.filter((name) => name.startsWith("a/"))).toHaveLength(2);
    await cluster.stop();
  });

  it("writes what running pods use to the quota's status, and follows them", async () => {
    const { cluster, create, used, clock } = await start();
    expect(await used("a")).toEqual({ cpu: "0" });
    await create("a", ["a1", "a2"], "1500m");
    expect(await used("a")).toEqual({ cpu: "3" });
    expect(await used("b")).toEqual({ cpu: "0" });
    await cluster.client.resource(PODS).namespace("a").delete("a1");
    await clock.advance(60_000);
    expect(await used("a")).toEqual({ cpu: "1500m" });
    await cluster.stop();
  });
});
