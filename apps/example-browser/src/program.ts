import { DEPLOYMENTS, type Deployment, PODS, type Pod } from "@pinnace/api";
import type { TestCluster } from "@pinnace/testing";

/** The program of the README of `@pinnace/testing`, word for word the same in Node and in a browser. */
export async function runWeb(cluster: TestCluster): Promise<readonly Pod[]> {
  await cluster.client
    .resource(DEPLOYMENTS)
    .namespace("default")
    .create({
      metadata: { name: "web" },
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: "web" } },
        template: {
          metadata: { labels: { app: "web" } },
          spec: { containers: [{ name: "web", image: "web:1" }] },
        },
      },
    } as Deployment);
  return cluster.waitFor(
    PODS,
    { labelSelector: "app=web" },
    (pods) => pods.length === 3 && pods.every(({ status }) => status?.phase === "Running"),
  );
}
