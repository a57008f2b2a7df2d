import { PODS, type Pod } from "@pinnace/api";
import { defaultSchedulerPlugins } from "@pinnace/cluster";
import { createTestCluster } from "@pinnace/testing";
import { cheapestNode } from "./cheapest-node.ts";

const plugins = [...defaultSchedulerPlugins, { source: import.meta.url, definition: cheapestNode }];
const enabled = [{ name: "CheapestNode", weight: 10 }];
const scheduler = {
  profiles: [
    { schedulerName: "default-scheduler" },
    { schedulerName: "thrifty", plugins: { multiPoint: { enabled } } },
  ],
  percentageOfNodesToScore: 0,
  podInitialBackoffSeconds: 1,
  podMaxBackoffSeconds: 10,
};

await using cluster = await createTestCluster({ nodes: 0, plugins, scheduler });
for (const price of ["30", "10", "20"]) await cluster.simulatedNodes.add({ name: `price-${price}`, labels: { price } });

for (const schedulerName of ["default-scheduler", "thrifty"])
  await cluster.apply({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: schedulerName },
    spec: { schedulerName, containers: [{ name: "app", image: "app:1" }] },
  } as Pod);
const { spec } = await cluster.waitFor(PODS, "thrifty", ({ status }) => status?.phase === "Running");
console.log(`the pod of the scheduler "thrifty" runs on ${spec?.nodeName}`);
