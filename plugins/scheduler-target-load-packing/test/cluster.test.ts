import { PODS } from "@pinnace/api";
import { formatTime } from "@pinnace/apimachinery";
import { createVirtualClock } from "@pinnace/clock";
import { defaultSchedulerPlugins, startCluster } from "@pinnace/cluster";
import { expect, it } from "vitest";
import plugin, { NODE_METRICS_ROLES } from "../src/index.ts";
import { NODE_METRICS } from "../src/node-load.ts";

const scheduler = {
  apiVersion: "kubescheduler.config.k8s.io/v1",
  kind: "KubeSchedulerConfiguration",
  profiles: [
    {
      plugins: {
        multiPoint: {
          enabled: [{ name: "TargetLoadPacking", weight: 10 }],
          disabled: [{ name: "NodeResourcesBalancedAllocation" }],
        },
      },
      pluginConfig: [{ name: "TargetLoadPacking", args: { targetUtilization: 60 } }],
    },
  ],
} as const;

/** What a metrics server would serve, as a custom resource. */
const DEFINITION = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "nodes.metrics.k8s.io", annotations: { "api-approved.kubernetes.io": "unapproved, for a test" } },
  spec: {
    group: "metrics.k8s.io",
    names: { kind: "NodeMetrics", listKind: "NodeMetricsList", plural: "nodes", singular: "node" },
    scope: "Cluster",
    versions: [
      {
        ...{ name: "v1beta1", served: true, storage: true },
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      },
    ],
  },
};

it("in a cluster of three nodes pods go to the one whose use comes nearest to the target", async () => {
  const clock = createVirtualClock();
  const plugins = [...defaultSchedulerPlugins, { source: "test", definition: plugin }];
  const starting = startCluster({ clock, nodes: 3, plugins, scheduler });
  await clock.settle();
  const cluster = await starting;
  const { client } = cluster;
  const post = (path: string, body: object): Promise<unknown> =>
    client.raw({ method: "POST", path: `/apis/${path}`, body });
  await post("apiextensions.k8s.io/v1/customresourcedefinitions", DEFINITION);
  for (const [index, body] of NODE_METRICS_ROLES.entries()) {
    await post(`rbac.authorization.k8s.io/v1/${["clusterroles", "clusterrolebindings"][index]}`, body);
  }
  await clock.advance(60_000);
  const names = (await client.raw({ method: "GET", path: "/api/v1/nodes" })).object as {
    items: readonly { metadata: { name: string }; status: { capacity: { cpu: string } } }[];
  };
  const usage = [0.1, 0.4, 0.9];
  for (const [index, { metadata, status }] of names.items.entries()) {
    const cpu = `${Math.round(Number(status.capacity.cpu) * usage[index]! * 1_000)}m`;
    await client.resource(NODE_METRICS).create({
      ...{ apiVersion: "metrics.k8s.io/v1beta1", kind: "NodeMetrics", metadata: { name: metadata.name } },
      ...{ timestamp: formatTime(clock.now()), window: "20s", usage: { cpu, memory: "1Gi" } },
    } as never);
  }
  await clock.advance(40_000);
  const containers = [{ name: "c", image: "i", resources: { limits: { cpu: "100m" } } }];
  await client
    .resource(PODS)
    .namespace("default")
    .create({ metadata: { name: "p" }, spec: { containers } } as never);
  await clock.advance(5_000);
  const { spec } = await client.resource(PODS).namespace("default").get("p");
  expect(spec?.nodeName).toBe(names.items[1]?.metadata.name);
  await cluster.stop();
});
