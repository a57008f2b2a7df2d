import { DEPLOYMENTS, type Deployment, NODES, PODS } from "@pinnace/api";
import { afterEach, expect, it } from "vitest";
import { type Cluster, startCluster } from "../src/index.ts";

let cluster: Cluster | undefined;
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});

const web = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "web:1" }] } },
  },
} as unknown as Deployment;

it("runs a Deployment from its creation to running pods", async () => {
  cluster = await startCluster({ nodes: 2 });
  const { client } = cluster;
  expect((await client.resource(NODES).list()).items.map((node) => node.metadata?.name)).toEqual(["sim-0", "sim-1"]);
  await client.resource(DEPLOYMENTS).namespace("default").create(web);
  const phases = async () => {
    const { items } = await client.resource(PODS).namespace("default").list();
    return items.map((pod) => pod.status?.phase);
  };
  await expect.poll(phases, { timeout: 5_000 }).toEqual(["Running", "Running", "Running"]);
});

it("has every default scheduler plugin ready", async () => {
  cluster = await startCluster({ nodes: 0 });
  expect(cluster.plugins.reports.filter((report) => report.state !== "ready")).toEqual([]);
});

it("stops twice without harm", async () => {
  const stopped = await startCluster({ nodes: 1 });
  await stopped.stop();
  await stopped.stop();
});
