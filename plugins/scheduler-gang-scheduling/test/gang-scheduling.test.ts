import { NAMESPACES, PODS, type Pod } from "@pinnace/api";
import { createVirtualClock, type VirtualClock } from "@pinnace/clock";
import { type Cluster, defaultSchedulerPlugins, startCluster } from "@pinnace/cluster";
import { createPodInfo } from "@pinnace/scheduler-framework";
import { testComponents, testPod, testReader } from "@pinnace/scheduler-framework/compliance";
import { afterEach, describe, expect, it } from "vitest";
import plugin from "../src/index.ts";
import { POD_GROUPS } from "../src/pod-groups.ts";

const group = (name: string, schedulingPolicy: object) => ({
  ...{ apiVersion: "scheduling.k8s.io/v1alpha2", kind: "PodGroup" },
  ...{ metadata: { name, namespace: "default" }, spec: { schedulingPolicy } },
});
const member = (name: string, more: object = {}): Pod =>
  testPod(name, { schedulingGroup: { podGroupName: "g" }, ...more });

describe("PreEnqueue", () => {
  const gang = group("g", { gang: { minCount: 2 } });
  it.each([
    { what: "of no group", of: testPod("p"), objects: {}, says: undefined },
    {
      what: "whose group is not there",
      of: member("p"),
      objects: {},
      says: 'waiting for pods\'s pod group "g" to appear in scheduling queue',
    },
    {
      what: "of a group without a gang",
      of: member("p"),
      objects: { podgroups: [group("g", { basic: {} })] },
      says: undefined,
    },
    {
      what: "that is alone",
      of: member("p"),
      objects: { podgroups: [gang], pods: [member("p"), testPod("other")] },
      says: "waiting for minCount pods from a gang to appear in scheduling queue",
    },
    {
      what: "whose sibling is over",
      of: member("p"),
      objects: { podgroups: [gang], pods: [{ ...member("q"), status: { phase: "Failed" } }] },
      says: "waiting for minCount pods from a gang to appear in scheduling queue",
    },
    {
      what: "that completes its gang",
      of: member("p"),
      objects: { podgroups: [gang], pods: [member("q", { nodeName: "n" })] },
      says: undefined,
    },
  ])("of a pod $what says $says", ({ of, objects, says }) => {
    const instance = plugin.create(testComponents({ reader: testReader(objects) }), {});
    expect(instance.preEnqueue!(createPodInfo(of)).reasons[0]).toBe(says);
  });
});

describe("in a cluster with the feature GenericWorkload", () => {
  const running: Cluster[] = [];
  afterEach(async () => {
    for (const cluster of running.splice(0)) await cluster.stop();
  });

  async function start(isOn = true): Promise<{ cluster: Cluster; clock: VirtualClock }> {
    const clock = createVirtualClock();
    const starting = startCluster({
      ...{ clock, nodes: 2, plugins: [...defaultSchedulerPlugins, { source: "test", definition: plugin }] },
      apiServer: { featureGates: { GenericWorkload: isOn } },
      scheduler: {
        apiVersion: "kubescheduler.config.k8s.io/v1",
        kind: "KubeSchedulerConfiguration",
        profiles: [{ plugins: { multiPoint: { enabled: [{ name: "GangScheduling" }] } } }],
      },
    });
    await clock.settle();
    const cluster = await starting;
    running.push(cluster);
    await cluster.client.resource(NAMESPACES).get("default");
    return { cluster, clock };
  }

  const create = (cluster: Cluster, name: string, cpu: string, podGroupName = "g"): Promise<unknown> =>
    cluster.client
      .resource(PODS)
      .namespace("default")
      .create({
        metadata: { name },
        spec: {
          schedulingGroup: { podGroupName },
          containers: [{ name: "c", image: "i", resources: { requests: { cpu } } }],
        },
      } as never);
  const bound = async (cluster: Cluster): Promise<readonly string[]> =>
    (await cluster.client.resource(PODS).list()).items
      .filter(({ spec }) => spec?.nodeName)
      .map(({ metadata }) => metadata?.name ?? "")
      .sort();
  const conditionOf = async (cluster: Cluster, name: string): Promise<string | undefined> =>
    (await cluster.client.resource(PODS).namespace("default").get(name)).status?.conditions?.find(
      ({ type }) => type === "PodScheduled",
    )?.message;
  const gangOf = (cluster: Cluster, minCount: number): Promise<unknown> =>
    cluster.client
      .resource(POD_GROUPS)
      .namespace("default")
      .create(group("g", { gang: { minCount } }) as never);

  const groupStatus = async (cluster: Cluster): Promise<readonly object[]> =>
    ((await cluster.client.resource(POD_GROUPS).namespace("default").get("g")).status?.conditions ?? []).map(
      ({ type, status, reason }) => ({ type, status, reason }),
    );

  it("pods wait for their group, then for enough of them, and are bound together", async () => {
    const { cluster, clock } = await start();
    await create(cluster, "a", "1");
    await clock.advance(5_000);
    expect(await bound(cluster)).toEqual([]);
    await gangOf(cluster, 3);
    await create(cluster, "b", "1");
    await clock.advance(5_000);
    expect(await bound(cluster)).toEqual([]);
    await create(cluster, "c", "1");
    await clock.advance(5_000);
    expect(await bound(cluster)).toEqual(["a", "b", "c"]);
    expect(await groupStatus(cluster)).toEqual([{ type: "PodGroupScheduled", status: "True", reason: "Scheduled" }]);
    await create(cluster, "d", "1");
    await clock.advance(5_000);
    expect(await bound(cluster)).toEqual(["a", "b", "c", "d"]);
  });

  it("a gang that does not fit holds its places for five minutes, and gets them once there is room", async () => {
    const { cluster, clock } = await start();
    await gangOf(cluster, 3);
    for (const name of ["a", "b", "c"]) await create(cluster, name, "3");
    await clock.advance(200_000);
    expect(await bound(cluster)).toEqual([]);
    await clock.advance(120_000);
    const messages = await Promise.all(["a", "b", "c"].map((name) => conditionOf(cluster, name)));
    expect(messages.join()).toContain("rejected due to timeout after waiting 5m0s at plugin GangScheduling");
    expect(await groupStatus(cluster)).toEqual([
      { type: "PodGroupScheduled", status: "False", reason: "Unschedulable" },
    ]);
    await cluster.client.resource(PODS).namespace("default").delete("c");
    await create(cluster, "d", "500m");
    await clock.advance(60_000);
    expect(await bound(cluster)).toEqual(["a", "b", "d"]);
    expect(await groupStatus(cluster)).toEqual([{ type: "PodGroupScheduled", status: "True", reason: "Scheduled" }]);
  });

  it.each([
    {
      what: "a policy that is none",
      policy: {},
      says: 'spec.schedulingPolicy: Invalid value: "": must specify one of: `basic`, `gang`',
    },
    {
      what: "two policies",
      policy: { basic: {}, gang: { minCount: 1 } },
      says: 'spec.schedulingPolicy: Invalid value: "{basic, gang}": must specify exactly one of: `basic`, `gang`',
    },
    {
      what: "no count",
      policy: { gang: { minCount: 0 } },
      says: "spec.schedulingPolicy.gang.minCount: Required value",
    },
    {
      what: "a count below one",
      policy: { gang: { minCount: -1 } },
      says: "spec.schedulingPolicy.gang.minCount: Invalid value: -1: must be greater than or equal to 1",
    },
  ])("a PodGroup with $what is refused", async ({ policy, says }) => {
    const { cluster } = await start();
    const groups = cluster.client.resource(POD_GROUPS).namespace("default");
    await expect(groups.create(group("g", policy) as never)).rejects.toThrow(says);
  });

  it("a PodGroup has no members of features that are off", async () => {
    const { cluster } = await start();
    const { spec, ...rest } = group("g", { gang: { minCount: 2 } });
    const more = { priority: 5, disruptionMode: "PodGroup", priorityClassName: "x", resourceClaims: [{ name: "r" }] };
    const groups = cluster.client.resource(POD_GROUPS).namespace("default");
    const created = await groups.create({ ...rest, spec: { ...spec, ...more } } as never);
    expect(created.spec).toMatchObject({ schedulingPolicy: { gang: { minCount: 2 } }, disruptionMode: "Pod" });
    expect(Object.keys(created.spec)).not.toEqual(expect.arrayContaining(["priority"]));
    const change = { ...created, spec: { ...created.spec, schedulingPolicy: { basic: {} } } };
    await expect(groups.update(change as never)).rejects.toThrow(
      "spec.schedulingPolicy: Invalid value: null: field is immutable",
    );
  });

  it("a PodGroup needs the Workload that it names, with the template", async () => {
    const { cluster } = await start();
    const createFrom = (workloadName: string, podGroupTemplateName: string): Promise<unknown> => {
      const { spec, ...rest } = group("g", { gang: { minCount: 1 } });
      const podGroupTemplateRef = { workload: { workloadName, podGroupTemplateName } };
      const object = { ...rest, spec: { ...spec, podGroupTemplateRef } };
      return cluster.client
        .resource(POD_GROUPS)
        .namespace("default")
        .create(object as never);
    };
    await expect(createFrom("w", "t")).rejects.toThrow('PodGroup rejected: Workload "w" not found');
    await cluster.client.raw({
      method: "POST",
      path: "/apis/scheduling.k8s.io/v1alpha2/namespaces/default/workloads",
      body: { metadata: { name: "w" }, spec: { podGroupTemplates: [{ name: "t", schedulingPolicy: { basic: {} } }] } },
    });
    await expect(createFrom("w", "u")).rejects.toThrow(
      'PodGroup rejected: PodGroupTemplate "u" not found in Workload "w"',
    );
    await createFrom("w", "t");
  });

  it("without the feature there are no groups, and pods are in none", async () => {
    const { cluster, clock } = await start(false);
    await expect(gangOf(cluster, 1)).rejects.toThrow("could not find the requested resource");
    await create(cluster, "a", "1");
    await clock.advance(5_000);
    expect(await bound(cluster)).toEqual(["a"]);
  });
});
